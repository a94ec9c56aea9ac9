package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.cli.command.ExportCommand;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.Exporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code pbq export --threads}: the pool has that many threads, and the bytes do not tell. */
class ExportThreadsTest {
  @TempDir private Path folder;

  @Test
  void anExportRunsInAPoolOfTheNumberOfThreadsAskedFor() {
    for (int threads : new int[] {1, 3}) {
      AtomicInteger parallelism = new AtomicInteger();
      int code =
          new CommandLine(new ExportCommand(name -> new PoolObserver(parallelism)))
              .execute(
                  "tiny",
                  "--format",
                  "observed",
                  "--threads",
                  Integer.toString(threads),
                  "--out",
                  folder.resolve("out").toString());
      assertThat(code).isZero();
      assertThat(parallelism).hasValue(threads);
    }
  }

  @Test
  void theBytesDoNotDependOnTheNumberOfThreads() throws IOException {
    Path packed = folder.resolve("packed");
    ExportTest.quantize(packed, "rtn", "--bits", "4", "--groupsize", "32");
    Path one = folder.resolve("one.gguf");
    Path three = folder.resolve("three.gguf");
    export(packed, one, 1);
    export(packed, three, 3);
    assertThat(Files.mismatch(one, three)).isEqualTo(-1);
  }

  @Test
  void noThreadsAreRefused() {
    Cli.Result result =
        Cli.run("export", "tiny", "--format", "hf", "--out", folder.resolve("x"), "--threads", 0);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--threads 0 is not at least 1");
    assertThat(Cli.run("pull", "llama-7b", "--threads", 0))
        .isEqualTo(new Cli.Result(2, "", result.err()));
  }

  private static void export(Path model, Path out, int threads) {
    Cli.Result result =
        Cli.run(
            "export",
            model,
            "--format",
            "gguf",
            "--lossy",
            "--no-tokenizer",
            "--out",
            out,
            "--threads",
            threads);
    assertThat(result.code()).as(result.err()).isZero();
  }

  /** Writes nothing; keeps how many threads the pool of the calling thread has. */
  private record PoolObserver(AtomicInteger parallelism) implements Exporter {
    @Override
    public String name() {
      return "observed";
    }

    @Override
    public String summary() {
      return "nothing";
    }

    @Override
    public Set<String> options() {
      return Set.of();
    }

    @Override
    public ExportReport export(ExportRequest request, ExportProgress progress) {
      parallelism.set(ForkJoinTask.getPool().getParallelism());
      return new ExportReport(name(), request.target(), 0, List.of(), List.of());
    }
  }
}
