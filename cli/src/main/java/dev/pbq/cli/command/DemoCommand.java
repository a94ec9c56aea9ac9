package dev.pbq.cli.command;

import dev.pbq.cli.console.EvaluationStatus;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.FileTrees;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.run.PerplexityEvaluation;
import dev.pbq.eval.run.Running;
import dev.pbq.hub.DownloadListener;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.source.BuiltIn;
import dev.pbq.workflow.source.Texts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq demo}: the whole path on the built-in model, with several methods. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Quantizes the built-in model with several methods, evaluates every result from its packed"
            + " checkpoint, and prints a table. Needs no download and no data.")
final class DemoCommand implements Runnable {
  private static final int SAMPLES = 64;
  private static final int TOKENS = 256;
  private static final int WINDOWS = 128;

  /** A row: what it is called, and how it is made. */
  private record Row(String label, Recipe recipe) {
    Row {
      recipe = recipe.calibratedOn(BuiltIn.TINY, SAMPLES, TOKENS);
    }
  }

  private static final List<Row> ROWS =
      List.of(
          new Row("gptq 4 bit", Recipe.of("gptq").set("bits", 4)),
          new Row("rtn 4 bit", Recipe.of("rtn").set("bits", 4)),
          new Row("gptq 3 bit", Recipe.of("gptq").set("bits", 3)),
          new Row("rtn 3 bit", Recipe.of("rtn").set("bits", 3)),
          new Row("PB-LLM xnor, 20 % salient", xnor(0.8)),
          new Row("PB-LLM xnor, 10 % salient", xnor(0.9)),
          new Row("BiLLM", Recipe.of("billm")),
          new Row("ARB-LLM_X", Recipe.of("arb-x").set("cgb", true)),
          new Row("ARB-LLM_RC", Recipe.of("arb-rc").set("cgb", true)),
          new Row("arb-x, preset best", Recipe.of("arb-x").set("preset", "best")),
          new Row("gptq 2 bit", Recipe.of("gptq").set("bits", 2)),
          new Row("rtn 2 bit", Recipe.of("rtn").set("bits", 2)),
          new Row("rtn 1 bit", Recipe.of("rtn").set("bits", 1)));

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Keep the packed checkpoints in this directory (default: they are deleted).")
  private Path keep;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  private static Recipe xnor(double lowFrac) {
    return Recipe.of("xnor").set("low-frac", lowFrac).set("salient-metric", "hessian");
  }

  @Override
  public void run() {
    common.applyLogging();
    PrintWriter out = spec.commandLine().getOut();
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    ResolvedModel tiny = ModelArgument.models(status).resolve(BuiltIn.TINY);
    EvaluationText text = texts().evaluation(BuiltIn.TINY);

    out.printf(
        Locale.ROOT,
        "%-28s %10s %11s %12s %11s %8s%n",
        "method",
        "paper bits",
        "stored bits",
        "bytes",
        "perplexity",
        "seconds");
    long start = System.nanoTime();
    PerplexityResult full = evaluate(tiny.folder(), text, status);
    try (Checkpoint weights = Checkpoint.open(tiny.folder())) {
      print(out, "full precision (fp16)", 16, 16, weights.totalBytes(), full, start);
    }
    Path work = keep != null ? keep : temporary();
    try {
      for (Row row : ROWS) {
        start = System.nanoTime();
        QuantizationReport report = quantize(tiny, row, work, status);
        PerplexityResult result = evaluate(work.resolve(directory(row)), text, status);
        print(
            out,
            row.label(),
            report.size().paperBits(),
            report.size().storedBits(),
            report.size().modelBytes(),
            result,
            start);
      }
    } finally {
      if (keep == null) {
        deleteTemporary(work);
      }
    }
    out.println();
    out.printf(
        Locale.ROOT,
        "Bits are per weight of the quantized layers, counted from the bytes written; bytes are the"
            + " whole checkpoint. Perplexity: %d windows of %d tokens, read back from each packed"
            + " checkpoint.%n",
        full.windows(),
        full.seqlen());
  }

  private QuantizationReport quantize(ResolvedModel tiny, Row row, Path work, StatusLine status) {
    try (RecipeRun run = RecipeRun.open(tiny, row.recipe(), texts(), common.threads())) {
      status.update("quantizing: " + row.label());
      QuantizationReport report =
          run.quantize(work.resolve(directory(row)), Existing.REPLACE, ProgressListener.SILENT);
      status.clear();
      return report;
    }
  }

  /** The texts built in: nothing is looked for elsewhere. */
  private static Texts texts() {
    return new Texts(Optional.empty(), System.getenv(), DownloadListener.SILENT);
  }

  private PerplexityResult evaluate(Path folder, EvaluationText text, StatusLine status) {
    Running running = Running.of(common.threads(), Long.MAX_VALUE);
    return new PerplexityEvaluation(TokenChoice.DEFAULT, running, new EvaluationStatus(status))
        .run(
            BuiltIn.TINY,
            ModelFolder.open(folder),
            List.of(new GptqProtocol(text, OptionalInt.of(TOKENS), OptionalInt.of(WINDOWS))),
            Optional.empty())
        .get(0);
  }

  private static void print(
      PrintWriter out,
      String label,
      double paperBits,
      double storedBits,
      long bytes,
      PerplexityResult result,
      long startNanos) {
    out.printf(
        Locale.ROOT,
        "%-28s %10.2f %11.3f %,12d %11.4f %8.1f%n",
        label,
        paperBits,
        storedBits,
        bytes,
        result.perplexity(),
        (System.nanoTime() - startNanos) * 1e-9);
    out.flush();
  }

  private static String directory(Row row) {
    return row.label().replaceAll("[^A-Za-z0-9]+", "-");
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("pbq-demo-");
    } catch (IOException e) {
      throw PbqException.resources("cannot create a temporary directory: " + e.getMessage(), e);
    }
  }

  private static void deleteTemporary(Path work) {
    try {
      FileTrees.delete(work);
    } catch (IOException e) {
      throw PbqException.resources("cannot delete " + work + ": " + e.getMessage(), e);
    }
  }
}
