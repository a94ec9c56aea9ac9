package dev.pbq.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.CalibrationSampler;
import dev.pbq.core.data.CalibrationSet;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.data.Tokenizers;
import dev.pbq.core.pipeline.Calibration;
import dev.pbq.core.pipeline.LinearSelection;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.RunSettings;
import dev.pbq.core.quant.Methods;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.tiny.TinyModel;
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
            + " checkpoint, and prints a table. Needs no download and no data.",
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n")
final class DemoCommand implements Runnable {
  private static final int SAMPLES = 64;
  private static final int TOKENS = 256;
  private static final int WINDOWS = 128;

  /** A row: what it is called, and how it is made. */
  private record Row(String label, String method, String settings) {}

  private static final List<Row> ROWS =
      List.of(
          new Row("gptq 4 bit", "gptq", "{\"bits\":4}"),
          new Row("rtn 4 bit", "rtn", "{\"bits\":4}"),
          new Row("gptq 3 bit", "gptq", "{\"bits\":3}"),
          new Row("rtn 3 bit", "rtn", "{\"bits\":3}"),
          new Row("PB-LLM xnor, 20 % salient", "xnor", xnor(0.8)),
          new Row("PB-LLM xnor, 10 % salient", "xnor", xnor(0.9)),
          new Row("BiLLM", "billm", "{}"),
          new Row("ARB-LLM_X", "arb-x", "{\"cgb\":true}"),
          new Row("ARB-LLM_RC", "arb-rc", "{\"cgb\":true}"),
          new Row("arb-x, preset best", "arb-x", "{\"preset\":\"best\"}"),
          new Row("gptq 2 bit", "gptq", "{\"bits\":2}"),
          new Row("rtn 2 bit", "rtn", "{\"bits\":2}"),
          new Row("rtn 1 bit", "rtn", "{\"bits\":1}"));

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Keep the packed checkpoints in this directory (default: they are deleted).")
  private Path keep;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  private static String xnor(double lowFrac) {
    return "{\"lowFrac\":" + lowFrac + ",\"salientMetric\":\"hessian\"}";
  }

  @Override
  public void run() {
    common.applyLogging();
    PrintWriter out = spec.commandLine().getOut();
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    ResolvedModel tiny = ModelArgument.resolve(ModelArgument.TINY, status);
    EvaluationText text = EvaluationText.of(ModelArgument.TINY, TinyModel.evaluationText());
    Calibration calibration = calibration(tiny);

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
    try (QuantizeJob job =
        QuantizeJob.open(
            tiny, LinearSelection.all(), registryMethod("rtn", "{\"bits\":8}"), false)) {
      print(out, "full precision (fp16)", 16, 16, job.originalBytes(), full, start);
    }
    Path work = keep != null ? keep : temporary();
    try {
      for (Row row : ROWS) {
        start = System.nanoTime();
        QuantizationReport report = quantize(tiny, row, calibration, work, status);
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

  private QuantizationReport quantize(
      ResolvedModel tiny, Row row, Calibration calibration, Path work, StatusLine status) {
    Methods.Configured configured = Methods.load().configure(row.method(), parse(row.settings()));
    try (QuantizeJob job =
        QuantizeJob.open(tiny, LinearSelection.all(), linear -> configured.quantizer(), false)) {
      RunSettings settings =
          new RunSettings(
              ModelArgument.TINY,
              row.method(),
              configured.settings(),
              work.resolve(directory(row)),
              false,
              true,
              ShardSize.DEFAULT,
              Version.current());
      status.update("quantizing: " + row.label());
      QuantizationReport report =
          job.run(settings, Optional.of(calibration), common.threads(), ProgressListener.SILENT);
      status.clear();
      return report;
    }
  }

  private PerplexityResult evaluate(Path folder, EvaluationText text, StatusLine status) {
    return new Evaluation(common.threads(), Long.MAX_VALUE, new TokenizerOptions(), status)
        .run(
            ModelArgument.TINY,
            ModelFolder.open(folder),
            List.of(text),
            OptionalInt.of(TOKENS),
            OptionalInt.of(WINDOWS),
            Optional.empty())
        .get(0);
  }

  private static Calibration calibration(ResolvedModel tiny) {
    CalibrationText text = CalibrationText.of(ModelArgument.TINY, TinyModel.calibrationText());
    try (Tokenizer tokenizer = Tokenizers.open(tiny.folder())) {
      CalibrationSet set = CalibrationSampler.draw(text, tokenizer, SAMPLES, TOKENS, 0);
      return new Calibration(
          set.windows().toArray(int[][]::new), text.name(), text.joined(), 0, set.sha256());
    }
  }

  private static java.util.function.Function<String, dev.pbq.core.quant.Quantizer> registryMethod(
      String method, String settings) {
    Methods.Configured configured = Methods.load().configure(method, parse(settings));
    return linear -> configured.quantizer();
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

  private static ObjectNode parse(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException("the demo's own settings: " + json, e);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("pbq-demo-");
    } catch (IOException e) {
      throw PbqException.resources("cannot create a temporary directory: " + e.getMessage(), e);
    }
  }

  private static void deleteTemporary(Path work) {
    try (var files = Files.walk(work)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw PbqException.resources("cannot delete " + work + ": " + e.getMessage(), e);
    }
  }
}
