package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Processes that open tokenizers and use them, and which these may end. */
final class TokenizerProcesses {
  private static final int SECONDS_EACH = 10;

  private final Path scratch;

  /** Processes that work in a folder. */
  TokenizerProcesses(Path scratch) {
    this.scratch = scratch;
  }

  /**
   * What went wrong with some folders, in words; a process that has ended is followed by another.
   */
  List<String> wrong(List<Path> folders) throws IOException, InterruptedException {
    List<Path> left = new ArrayList<>(folders);
    List<String> wrong = new ArrayList<>();
    while (!left.isEmpty()) {
      List<String> lines = probe(left);
      lines.stream().filter(line -> line.startsWith(TokenizerProbe.WRONG)).forEach(wrong::add);
      List<String> begun = lines.stream().filter(l -> l.startsWith(TokenizerProbe.BEGIN)).toList();
      assertThat(begun).as("the probe did not start: %s", lines).isNotEmpty();
      String last = begun.get(begun.size() - 1).substring(TokenizerProbe.BEGIN.length());
      if (lines.get(lines.size() - 1).equals(begun.get(begun.size() - 1))) {
        wrong.add("the process ended at " + last);
      }
      left = new ArrayList<>(left.subList(begun.size(), left.size()));
    }
    return wrong;
  }

  /** The lines of a process that was given some folders; it may have ended early. */
  private List<String> probe(List<Path> folders) throws IOException, InterruptedException {
    Path out = scratch.resolve("out.txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:-CreateCoredumpOnCrash",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                TokenizerProbe.class.getName()));
    folders.forEach(folder -> command.add(folder.toString()));
    Process process =
        new ProcessBuilder(command)
            .directory(scratch.toFile())
            .redirectOutput(out.toFile())
            .redirectError(new File("/dev/null"))
            .start();
    boolean ended = process.waitFor(30 + (long) SECONDS_EACH * folders.size(), TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    assertThat(ended).as("the probe takes too long: %s", Files.readString(out)).isTrue();
    return Files.readAllLines(out, StandardCharsets.UTF_8);
  }
}
