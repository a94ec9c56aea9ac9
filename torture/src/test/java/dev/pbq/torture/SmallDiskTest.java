package dev.pbq.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands on a real file system that is too small, with {@code -Dpbq.torture.kills} only: a tmpfs,
 * which the test must be allowed to mount. They say in one line that the disk is full, leave
 * nothing under the final name, and succeed when the file system is made larger.
 */
@EnabledIfSystemProperty(named = "pbq.torture.kills", matches = ".+")
class SmallDiskTest {
  private static final int OUT_OF_DISK = 6;

  /** Kilobytes. */
  private static final int SMALL = 1024;

  private static final int LARGE = 16 * SMALL;

  @TempDir private Path folder;

  private static boolean succeeds(String... words) throws IOException, InterruptedException {
    return new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  private static void resize(Path disk, int kilobytes) throws IOException, InterruptedException {
    String size = "remount,size=" + kilobytes + "k";
    assertThat(succeeds("mount", "-o", size, disk.toString())).isTrue();
  }

  @Test
  void aFullDiskIsToldAndMoreRoomEndsTheWork() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        succeeds("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()),
        "SKIPPED: a file system of 1 MB may not be mounted here");
    try {
      String model = System.getProperty("pbq.torture.model", "tiny");
      Workplace place = new Workplace(folder.resolve("work"), "");
      Scenarios scenarios = new Scenarios(model, place.packed());
      List<Scenario> all = scenarios.offline();
      place.require(all.get(0), scenarios.preparation());
      Map<String, String> resumed =
          Map.of("quantize", "--resume", "quantize-calibrated", "--resume");
      for (Scenario scenario : all) {
        if (List.of("quantize", "quantize-calibrated", "export-gguf", "export-hf")
            .contains(scenario.name())) {
          oneCommand(place, scenario, disk, resumed.getOrDefault(scenario.name(), ""));
        }
      }
    } finally {
      succeeds("umount", disk.toString());
    }
  }

  private void oneCommand(Workplace place, Scenario scenario, Path disk, String again)
      throws IOException, InterruptedException {
    Program program = Program.of("", place.temporary());
    List<String> words = new ArrayList<>(scenario.words());
    String whole = scenario.wholes().get(0);
    Path target = disk.resolve(whole);
    words.replaceAll(word -> word.equals(whole) ? target.toString() : word);
    place.prepare(scenario);
    place.require(scenario, scenario.words());
    Tree expected = Tree.of(place.run()).below(whole);
    for (int free : new int[] {4, 40, 160}) {
      resize(disk, SMALL);
      Path filler = disk.resolve("filler");
      Files.write(filler, new byte[(SMALL - 4 - free) << 10]);
      Ended full = program.run(words, place.run(), place.streams());
      assertThat(full.code()).as("%s", full.errors()).isEqualTo(OUT_OF_DISK);
      assertThat(full.messages()).as("%s", full.errors()).hasSize(1);
      assertThat(full.messages().get(0)).contains("disk");
      assertThat(full.internals()).isEmpty();
      assertThat(target).doesNotExist();
      Files.delete(filler);
      resize(disk, LARGE);
      boolean begun = Files.exists(disk.resolve(whole + ".partial"));
      assertThat(begun && again.isEmpty()).as("%s left work", scenario.name()).isFalse();
      List<String> second = new ArrayList<>(words);
      if (begun) {
        second.add(again);
      }
      place.require(scenario, second);
      assertThat(Tree.of(disk).differences(expected)).isEmpty();
      Workplace.clear(disk);
    }
  }
}
