package dev.pbq.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Damaged and malicious files of {@code cases/hostile}, and what every reader promises about such:
 * it succeeds or fails with a {@link PbqException} or an {@link IOException} whose message holds no
 * control characters, within {@value #SECONDS} s, and allocates at most {@link #allowedBytes}.
 */
public final class HostileInputs {
  private static final int SECONDS = 10;
  private static final long FIXED_BYTES = 16L << 20;
  private static final long BYTES_PER_BYTE = 1000;
  private static final String WHY = "WHY.txt";

  /** A call of the library that reads the files of a folder. */
  @FunctionalInterface
  public interface Reader {
    /** Reads them; what it throws is judged. */
    void read(Path folder) throws Exception;
  }

  private HostileInputs() {}

  /** The folders whose names begin with one of some words, at least one. */
  public static List<Path> folders(String... beginnings) {
    try (Stream<Path> all = Files.list(SharedFolder.of("cases/hostile"))) {
      List<Path> folders =
          all.filter(
                  folder ->
                      Arrays.stream(beginnings)
                          .anyMatch(b -> folder.getFileName().toString().startsWith(b)))
              .sorted()
              .toList();
      assertThat(folders).isNotEmpty();
      return folders;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes that may be allocated for a folder's files. */
  public static long allowedBytes(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      long input = 0;
      for (Path file : files.toList()) {
        input += file.endsWith(WHY) ? 0 : Files.size(file);
      }
      return allowedBytes(input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes that may be allocated for an input of some bytes. */
  static long allowedBytes(long input) {
    return FIXED_BYTES + BYTES_PER_BYTE * input;
  }

  /** Deletes a folder and what is in it. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /**
   * Checks one reader with copies of a folder's files, for it may write to them. The first reading
   * loads classes; the second is measured.
   *
   * @param scratch an existing folder for the copies
   */
  public static void check(Path folder, Path scratch, Reader reader) {
    outcome(folder, copy(folder, scratch), reader);
    long bytes = outcome(folder, copy(folder, scratch), reader);
    assertThat(bytes).as("allocated for %s", folder).isLessThanOrEqualTo(allowedBytes(folder));
  }

  private static Path copy(Path folder, Path scratch) {
    try {
      Path copy = Files.createTempDirectory(scratch, "hostile");
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(f -> !f.endsWith(WHY)).toList()) {
          Files.copy(file, copy.resolve(file.getFileName().toString()));
        }
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a reader in a thread of its own; the bytes that the thread allocated. */
  private static long outcome(Path folder, Path copy, Reader reader) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    FutureTask<Long> reading =
        new FutureTask<>(
            () -> {
              long before = threads.getCurrentThreadAllocatedBytes();
              judge(folder, copy, reader);
              return threads.getCurrentThreadAllocatedBytes() - before;
            });
    Thread thread = new Thread(reading, "hostile");
    thread.setDaemon(true);
    thread.start();
    try {
      return reading.get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(
          folder + " takes more than " + SECONDS + " s: " + Arrays.toString(thread.getStackTrace()),
          e);
    } catch (ExecutionException e) {
      throw new AssertionError(folder + ": " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void judge(Path folder, Path copy, Reader reader) throws Exception {
    try {
      reader.read(copy);
    } catch (PbqException | IOException e) {
      requirePrintable(folder.toString(), e.getMessage());
    }
  }

  /** Fails if a text holds control characters other than tab and line break. */
  public static void requirePrintable(String what, String text) {
    assertThat(
            String.valueOf(text)
                .chars()
                .filter(c -> Character.isISOControl(c) && c != '\n' && c != '\t')
                .mapToObj(Integer::toHexString))
        .as("control characters in: %s: %s", what, text)
        .isEmpty();
  }
}
