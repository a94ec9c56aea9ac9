package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.FileTrees;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Work that is complete but has not got its final name. */
class FinishedWorkTest extends UncalibratedCase {
  @Test
  void finishedWorkIsTakenOnlyByTheRunThatLeftIt() throws IOException {
    // Something at the output's place: all is written, but the last step cannot be done.
    Path output = folder.resolve("late");
    ProgressListener occupying =
        new ProgressListener() {
          @Override
          public void assembling() {
            writeString(output.resolve("x"), "in the way");
          }
        };
    assertThatThrownBy(() -> run("late", new Rounding(), 2, false, occupying))
        .hasMessageContaining("has appeared meanwhile");
    FileTrees.delete(output);

    Quantizer idle =
        new Rounding() {
          @Override
          public Quantization quantize(LinearProblem problem) {
            throw new AssertionError("everything is done");
          }
        };
    Quantizer other =
        new Rounding() {
          @Override
          public String name() {
            return "other";
          }
        };
    assertThatThrownBy(() -> run("late", other, 2, true))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("begun with other settings");
    assertThat(folder.resolve("late.partial")).exists();
    Path resumed = run("late", idle, 2, true);
    assertThat(resumed.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(
            run("whole", new Rounding(), 2, false).resolve(WeightFiles.PACKED.single()));
    assertThat(names(resumed)).isEqualTo(names(folder.resolve("whole")));

    // As programs left it that removed the journal before the last step.
    Path foreign = folder.resolve("foreign.partial");
    Files.move(resumed, foreign);
    assertThatThrownBy(() -> run("foreign", other, 2, true))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("begun with other settings");
    Files.delete(foreign.resolve(QuantizationReport.FILE));
    assertThatThrownBy(() -> run("foreign", new Rounding(), 2, true))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("not known which run left it");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void writeString(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
