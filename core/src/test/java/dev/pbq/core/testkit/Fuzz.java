package dev.pbq.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Many inputs made from a seed, each read once under the promises of {@link HostileInputs}: success
 * or a {@link PbqException}, printable messages, bounded time and allocation; and no file is made
 * beside the folder. {@value #DEFAULT} inputs of a reader in each build; {@code -Dpbq.fuzz=N} for
 * N, {@code -Dpbq.fuzz.seed} for others, {@code -Dpbq.fuzz.keep=DIR} to keep the inputs that fail,
 * {@code -Dpbq.fuzz.log=FILE} for a line with the count of each reader.
 */
public final class Fuzz {
  private static final int DEFAULT = 400;
  private static final int SECONDS_EACH = 10;
  private static final int MOST_FAILURES = 5;

  /** One of so many inputs is left as it was, to see that the reader takes it. */
  private static final int UNCHANGED = 50;

  /** Makes the files of an input, by name. */
  @FunctionalInterface
  public interface Generator {
    /** One input. */
    Map<String, byte[]> make(Random random) throws Exception;
  }

  private final String name;
  private final Path scratch;
  private final Generator generator;
  private final HostileInputs.Reader reader;
  private final List<String> failures = new ArrayList<>();
  private final AtomicLong begun = new AtomicLong();
  private int refused;

  private Fuzz(String name, Path scratch, Generator generator, HostileInputs.Reader reader) {
    this.name = name;
    this.scratch = scratch;
    this.generator = generator;
    this.reader = reader;
  }

  /**
   * Reads the inputs.
   *
   * @param name of the reader, for logs
   * @param scratch an empty folder
   */
  public static void run(
      String name, Path scratch, Generator generator, HostileInputs.Reader reader)
      throws Exception {
    new Fuzz(name, scratch, generator, reader).run(Long.getLong("pbq.fuzz", DEFAULT));
  }

  /** Files with one of them changed, each time another, but for a few inputs. */
  public static Generator oneOf(
      Map<String, byte[]> files,
      Map<String, java.util.function.BiFunction<byte[], Random, byte[]>> changes) {
    List<String> names = changes.keySet().stream().sorted().toList();
    return random -> {
      Map<String, byte[]> input = new TreeMap<>(files);
      if (random.nextInt(UNCHANGED) == 0) {
        return input;
      }
      String chosen = names.get(random.nextInt(names.size()));
      input.put(chosen, changes.get(chosen).apply(files.get(chosen), random));
      return input;
    };
  }

  /** The files of a folder, by name. */
  public static Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private void run(long inputs) throws Exception {
    long seed = Long.getLong("pbq.fuzz.seed", 1);
    long[] done = new long[1];
    List<Throwable> broken = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                while (done[0] < inputs && failures.size() < MOST_FAILURES) {
                  one(new Random(seed * 1_000_003 + done[0]), seed + ":" + done[0]);
                  done[0]++;
                }
              } catch (Exception | Error e) {
                broken.add(e);
              }
            },
            "fuzz");
    thread.setDaemon(true);
    begun.set(System.nanoTime());
    thread.start();
    while (thread.isAlive()) {
      thread.join(200);
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun.get());
      assertThat(seconds)
          .as("%s takes long: %s", name, Arrays.toString(thread.getStackTrace()))
          .isLessThan(SECONDS_EACH);
    }
    log(done[0]);
    assertThat(broken).as("the generator").isEmpty();
    assertThat(failures).as(name).isEmpty();
    assertThat(done[0] - refused).as("%s takes nothing", name).isPositive();
  }

  private void log(long done) throws IOException {
    String log = System.getProperty("pbq.fuzz.log", "");
    if (!log.isEmpty()) {
      String line =
          "%s\t%d\t%d refused\t%d failed%n".formatted(name, done, refused, failures.size());
      Files.writeString(
          Path.of(log),
          line,
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    }
  }

  private void one(Random random, String number) throws Exception {
    Map<String, byte[]> files = generator.make(random);
    Path folder = Files.createDirectory(scratch.resolve("input"));
    long size = 0;
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
      size += file.getValue().length;
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    begun.set(System.nanoTime());
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      judged(folder);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).as("allocated").isLessThanOrEqualTo(HostileInputs.allowedBytes(size));
      try (Stream<Path> list = Files.list(scratch)) {
        assertThat(list).as("files outside").containsExactly(folder);
      }
    } catch (Exception | Error e) {
      failures.add(number + " " + e + " at " + place(e));
      keep(files, number);
    }
    HostileInputs.delete(folder);
  }

  private void judged(Path folder) throws Exception {
    try {
      reader.read(folder);
    } catch (PbqException | IOException e) {
      refused++;
      HostileInputs.requirePrintable(name, e.getMessage());
    }
  }

  private static String place(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return Arrays.stream(cause.getStackTrace())
        .limit(6)
        .map(StackTraceElement::toString)
        .toList()
        .toString();
  }

  private void keep(Map<String, byte[]> files, String number) throws IOException {
    String keep = System.getProperty("pbq.fuzz.keep", "");
    if (!keep.isEmpty()) {
      Path kept = Path.of(keep, name + "-" + number.replace(':', '-'));
      Files.createDirectories(kept);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Files.write(kept.resolve(file.getKey()), file.getValue());
      }
    }
  }
}
