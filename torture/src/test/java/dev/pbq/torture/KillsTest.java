package dev.pbq.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills at random moments. A dozen in each build; {@code -Dpbq.torture.kills=200} for more, with
 * {@code -Dpbq.torture.seed}, {@code -Dpbq.torture.model} (a folder), {@code
 * -Dpbq.torture.scenarios} (names, with commas between), {@code -Dpbq.torture.log} (a file) and
 * {@code -Dpbq.torture.home} (an installation instead of the class path).
 */
class KillsTest {
  /** The commands that load no engine: a kill of each takes about a second. */
  private static final String QUICK = "quantize,export-gguf,pull";

  @TempDir private Path folder;

  private static String property(String name, String otherwise) {
    return System.getProperty("pbq.torture." + name, otherwise);
  }

  @Test
  void everyKilledRunGoesOnToTheSameBytes() throws Exception {
    boolean many = !property("kills", "").isEmpty();
    int kills = Integer.parseInt(property("kills", "12"));
    String names = property("scenarios", many ? "" : QUICK);
    String log = property("log", "");
    List<String> lines = new ArrayList<>();
    KillLog file = new KillLog(Path.of(log));
    Torture torture =
        new Torture(
            folder,
            property("home", ""),
            property("model", "tiny"),
            Long.parseLong(property("seed", "1")));
    List<Kill> done =
        torture.run(
            kills,
            names.isEmpty() ? List.of() : List.of(names.split(",", -1)),
            line -> {
              lines.add(line);
              if (!log.isEmpty()) {
                file.accept(line);
              }
            });
    if (!log.isEmpty()) {
      file.accept(KillLog.table(done));
    }
    assertThat(done.stream().filter(Kill::landed)).hasSizeGreaterThanOrEqualTo(kills);
    assertThat(lines).as("kills").noneMatch(line -> line.contains("FAULT"));
  }

  @Test
  void theJudgeSeesWhatIsWrong() throws Exception {
    Tree expected = tree("a", "1", "out/w", "2");
    assertThat(tree("a", "1", "out/w", "2").differences(expected)).isEmpty();
    assertThat(tree("a", "x", ".b", "2").differences(expected))
        .containsExactly(".b is left over", "a differs", "out/w is missing");
    Undisturbed undisturbed = new Undisturbed(expected, tree("out/w", "old"), 0, 1);
    assertThat(undisturbed.fault(tree("a", "1"), "out")).isEmpty();
    assertThat(undisturbed.fault(tree("out/w", "old"), "out")).isEmpty();
    assertThat(undisturbed.fault(tree("out/w", "2"), "out")).isEmpty();
    assertThat(undisturbed.fault(tree("out/w", "half"), "out")).isPresent();
    Ended ended =
        new Ended(1, List.of("pbq: one", "pbq: two", "\tat dev.pbq.Main.main(Main.java)"), 1);
    assertThat(ended.messages()).hasSize(2);
    assertThat(ended.internals()).hasSize(1);
  }

  private static Tree tree(String... namesAndContents) {
    java.util.Map<String, byte[]> entries = new java.util.TreeMap<>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      entries.put(
          namesAndContents[i],
          namesAndContents[i + 1].getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return new Tree(entries);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compare.csv: a,1.5,3.25,125000000",
        "compare.md: | a | 1.5 |  3.2 | 0.13 GB |",
        "r.json: {\"seconds\" : 1.5}",
        "compare.json: {\"command\":\"pbq compare --resume\"}"
      })
  void secondsAndMemoryAreNotCompared(String line) {
    String name = line.substring(0, line.indexOf(':'));
    byte[] contents =
        line.substring(line.indexOf(' ') + 1).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(Incidentals.without(name, contents).length).isLessThan(contents.length);
    assertThat(Incidentals.without("w.safetensors", contents)).isEqualTo(contents);
  }
}
