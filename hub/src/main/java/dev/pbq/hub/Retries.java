package dev.pbq.hub;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats requests that fail for a temporary reason: at most {@value #TRIES} tries, with pauses of
 * 1, 2, 4, 8 seconds, or as long as the server asks (at most a minute).
 */
final class Retries {
  /** Tries in a row without progress. */
  static final int TRIES = 5;

  private static final int TRIES_TO_CONNECT = 2;
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final Sleeper sleeper;

  Retries(Sleeper sleeper) {
    this.sleeper = sleeper;
  }

  /** Something that may fail. */
  @FunctionalInterface
  interface Attempt<T> {
    T run() throws IOException, InterruptedException;
  }

  /**
   * Calls until it succeeds.
   *
   * @param what names it in messages
   * @throws PbqException NOT_FOUND with the last reason when all tries failed; whatever else the
   *     attempt throws goes through
   */
  <T> T call(String what, Attempt<T> attempt) {
    for (int tries = 1; ; tries++) {
      try {
        return attempt.run();
      } catch (ConnectException | HttpConnectTimeoutException e) {
        // Without a network the user should not wait long for the message.
        pause(what, tries, TRIES_TO_CONNECT, e);
      } catch (IOException e) {
        pause(what, tries, TRIES, e);
      } catch (InterruptedException e) {
        throw interrupted(what, e);
      }
    }
  }

  /**
   * Waits before the next try.
   *
   * @param tries failures in a row so far
   * @throws PbqException NOT_FOUND if there were too many
   */
  void pause(String what, int tries, IOException failure) {
    pause(what, tries, TRIES, failure);
  }

  private void pause(String what, int tries, int most, IOException failure) {
    if (tries >= most) {
      throw new PbqException(
          PbqException.Kind.NOT_FOUND,
          what + ": " + reason(failure) + " (" + tries + " tries)",
          failure);
    }
    Duration wait = Duration.ofSeconds(1L << (tries - 1));
    if (failure instanceof TransientFailure transientFailure
        && transientFailure.after().isPresent()) {
      wait = transientFailure.after().get();
    }
    if (wait.compareTo(LONGEST) > 0) {
      wait = LONGEST;
    }
    LOG.info("{}: {}; again in {} s", what, reason(failure), wait.toSeconds());
    try {
      sleeper.sleep(wait);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }

  static PbqException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new PbqException(PbqException.Kind.NOT_FOUND, what + ": interrupted", e);
  }

  /** A failure in words; the JDK leaves some without any. */
  static String reason(IOException e) {
    if (e instanceof ConnectException) {
      return "no connection" + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")");
    }
    if (e instanceof java.net.http.HttpTimeoutException) {
      return "no answer in time";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
