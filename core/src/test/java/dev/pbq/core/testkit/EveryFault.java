package dev.pbq.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A piece of work done once on a sound disk, then again and again on one that fails at its first
 * step, its second, and so on to the last: buffers written, files and folders made, renamed,
 * flushed. Each time it must end with one line of a {@link PbqException} and leave nothing unwhole
 * under a final name; on the mended disk it must then succeed and give the same bytes.
 */
public final class EveryFault {
  private static final String SECONDS = "\"(seconds|peakRssBytes)\"\\s*:\\s*[-+0-9.eE]+";

  private final Path folder;
  private final Path whole;

  /** Work on a disk. */
  @FunctionalInterface
  public interface Work {
    /**
     * Does it.
     *
     * @param folder where, on the faulty disk
     * @param again whether it has failed before
     */
    void in(Path folder, boolean again) throws Exception;
  }

  /**
   * Prepares.
   *
   * @param folder an empty one, on the usual disk
   * @param whole relative path of what is there whole or not at all; empty if everything is
   */
  public EveryFault(Path folder, String whole) throws IOException {
    this.folder = folder.toRealPath();
    this.whole = Path.of(whole);
  }

  /** Fills the disk at every step; how many steps there were. */
  public int full(Work work) throws Exception {
    return every(work, true);
  }

  /** Breaks it at every read. */
  public int broken(Work work) throws Exception {
    return every(work, false);
  }

  private int every(Work work, boolean writes) throws Exception {
    Faults faults = new Faults();
    Path place = new FaultyDisk(faults).of(folder);
    work.in(place, false);
    int steps = writes ? faults.writes() : faults.reads();
    Map<String, String> expected = contents(folder);
    assertThat(steps).as("steps of the work").isPositive();
    for (int step = 0; step < steps; step++) {
      clear();
      if (writes) {
        faults.fillAt(step);
      } else {
        faults.breakAt(step);
      }
      boolean failed = fails(work, place, step);
      Path result = folder.resolve(whole);
      if (failed && !whole.toString().isEmpty() && Files.exists(result)) {
        assertThat(part(contents(folder)))
            .as("under the final name after a fault at step %d", step)
            .isEqualTo(part(expected));
      }
      faults.mend();
      if (failed) {
        work.in(place, true);
      }
      assertThat(contents(folder)).as("after a fault at step %d", step).isEqualTo(expected);
    }
    return steps;
  }

  private Map<String, String> part(Map<String, String> all) {
    Map<String, String> part = new TreeMap<>(all);
    part.keySet().removeIf(name -> !Path.of(name).startsWith(whole));
    return part;
  }

  /** False if the work did not need what failed: folders need not be flushed, nor left-overs go. */
  private static boolean fails(Work work, Path place, int step) throws Exception {
    try {
      work.in(place, false);
      return false;
    } catch (PbqException e) {
      assertThat(e.getMessage()).as("message at step %d", step).hasLineCount(1);
      assertThat(e.getMessage()).doesNotContain("Exception", "null");
      return true;
    }
  }

  private Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        boolean file = Files.isRegularFile(path);
        String text = file ? Files.readString(path, StandardCharsets.ISO_8859_1) : "a folder";
        contents.put(root.relativize(path).toString(), text.replaceAll(SECONDS, ""));
      }
    }
    return contents;
  }

  private void clear() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(folder)) {
          Files.delete(path);
        }
      }
    }
  }
}
