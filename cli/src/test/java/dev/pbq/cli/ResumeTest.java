package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.checkpoint.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is killed goes on where it was, and ends with the same bytes. */
class ResumeTest {
  private static final String XNOR = "--method xnor --low-frac 0.9";
  private static final String SEQUENTIAL = "--method gptq --bits 2 --true-sequential";
  private static final String TARGETS = "--method gptq --bits 2 --targets quantized";
  private static final String BLOCKWISE = "--method gptq --bits 2 --blockwise --blockwise-epochs 1";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {XNOR, SEQUENTIAL, TARGETS, BLOCKWISE})
  void aKilledRunResumesToTheSameBytes(String method) throws IOException, InterruptedException {
    Path whole = folder.resolve("whole");
    assertThat(run(method, whole).code()).isZero();

    Path killed = folder.resolve("killed");
    Path journal = folder.resolve("killed.partial/journal.jsonl");
    Process process = start(method, killed);
    while (process.isAlive() && lines(journal) < 2) {
      Thread.sleep(5);
    }
    process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    assertThat(killed).as("it was killed before the end").doesNotExist();
    assertThat(lines(journal)).isGreaterThanOrEqualTo(2);

    Cli.Result without = run(method, killed);
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.err()).contains("--resume", "--force");

    Cli.Result changed = run(method, killed, "--resume", "--percdamp", "0.02");
    assertThat(changed.code()).isEqualTo(2);
    assertThat(changed.err()).contains("settings");

    String otherOrder =
        method.equals(SEQUENTIAL) || method.equals(TARGETS)
            ? "--method gptq --bits 2"
            : method + " --true-sequential";
    Cli.Result reordered = run(otherOrder, killed, "--resume");
    assertThat(reordered.code()).isEqualTo(2);
    assertThat(reordered.err()).contains("settings");

    Cli.Result resumed = run(method, killed, "--resume");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("resuming after block");
    assertThat(killed.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(whole.resolve(WeightFiles.PACKED.single()));
    assertThat(folder.resolve("killed.partial")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--method hqq --bits 2 --groupsize 16", "--method bfp", "--method rtn"})
  void withoutCalibrationEveryNumberOfThreadsGivesTheSameBytes(String method) {
    Path one = folder.resolve("one");
    Path three = folder.resolve("three");
    assertThat(Cli.run(dataFree(method, one, "1")).code()).isZero();
    assertThat(Cli.run(dataFree(method, three, "3")).code()).isZero();
    assertThat(three.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(one.resolve(WeightFiles.PACKED.single()));
  }

  private static Object[] dataFree(String method, Path out, String threads) {
    List<String> args =
        new ArrayList<>(List.of("quantize", "tiny", "--out", out.toString(), "--threads", threads));
    args.addAll(List.of(method.split(" ", -1)));
    return args.toArray();
  }

  @Test
  void aTornLastLineOfTheJournalIsIgnored() throws IOException, InterruptedException {
    Path whole = folder.resolve("whole");
    assertThat(run(XNOR, whole).code()).isZero();
    Path torn = folder.resolve("torn");
    Path journal = folder.resolve("torn.partial/journal.jsonl");
    Process process = start(XNOR, torn);
    while (process.isAlive() && lines(journal) < 2) {
      Thread.sleep(5);
    }
    process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    Files.writeString(journal, Files.readString(journal) + "{\"block\":99,\"sha");
    assertThat(run(XNOR, torn, "--resume").code()).isZero();
    assertThat(torn.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(whole.resolve(WeightFiles.PACKED.single()));
  }

  private static Cli.Result run(String method, Path out, String... more) {
    return Cli.run((Object[]) arguments(method, out, more).toArray(String[]::new));
  }

  private static Process start(String method, Path out) throws IOException {
    return new ProcessBuilder(OwnProcess.command(arguments(method, out).toArray(String[]::new)))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<String> arguments(String method, Path out, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "quantize",
                "tiny",
                "--out",
                out.toString(),
                "--nsamples",
                "16",
                "--seqlen",
                "128"));
    args.addAll(List.of(method.split(" ", -1)));
    args.addAll(List.of(more));
    return args;
  }

  private static long lines(Path journal) throws IOException {
    return Files.exists(journal)
        ? Files.readString(journal).chars().filter(c -> c == '\n').count()
        : 0;
  }
}
