package dev.pbq.core.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Keeps what loggers say, as a program that uses the library would get it, until it is closed. */
public final class LogCapture implements AutoCloseable {
  private final Logger logger;
  private final ListAppender<ILoggingEvent> kept = new ListAppender<>();

  private LogCapture(Logger logger) {
    this.logger = logger;
    kept.start();
    logger.addAppender(kept);
  }

  /** Of one class. */
  public static LogCapture of(Class<?> speaker) {
    return of(speaker.getName());
  }

  /** Of all classes of a package and of those in it. */
  public static LogCapture of(String name) {
    return new LogCapture((Logger) LoggerFactory.getLogger(name));
  }

  /** The warnings so far. */
  public List<String> warnings() {
    return kept.list.stream()
        .filter(event -> event.getLevel().equals(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(kept);
    kept.stop();
  }
}
