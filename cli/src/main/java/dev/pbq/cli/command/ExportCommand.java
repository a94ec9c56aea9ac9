package dev.pbq.cli.command;

import dev.pbq.Pbq;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.eval.run.Running;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Exporter;
import dev.pbq.export.Exporters;
import dev.pbq.export.Fidelity;
import dev.pbq.workflow.export.ModelExport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq export}: a model in the format of other tools; loads no engine. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes a model, dense or packed, in the format of other tools. What is written is read back"
          + " and compared tensor by tensor with the source before it gets its name. Where a format"
          + " cannot hold a layer's values exactly, the layer is named and nothing is written,"
          + " unless --lossy.",
      "",
      "Examples:",
      "  pbq export out/llama-7b-xnor --format hf --out llama-7b-xnor-fp16",
      "  pbq export out/llama-7b-gptq4 --format gptq --out llama-7b-gptq4-export",
      "  pbq export out/llama-7b-rtn2 --format gguf --out llama-7b-rtn2.gguf"
    })
public final class ExportCommand implements Runnable {
  private final Function<String, Exporter> exporters;

  @Mixin private ModelArgument model;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description =
          "hf, gptq, awq, compressed-tensors, gguf, hqq or onebit; docs/export.md says which method"
              + " fits which.")
  private String format;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PATH",
      description = "The folder to write (gguf: the file).")
  private Path out;

  @Option(names = "--force", description = "Replace what is there.")
  private boolean force;

  @Option(
      names = "--lossy",
      description = "Store the nearest values where the format cannot hold a layer's exactly.")
  private boolean lossy;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "f16, bf16 or f32 for all that is dense (default: hf: as most of the source; gptq, awq,"
              + " compressed-tensors: f16); hqq: also the type that layers compute in (default:"
              + " each layer's own); onebit: f16 or f32, also for the vectors (default: all as it"
              + " is).")
  private String dtype;

  @Option(
      names = "--shard-size",
      paramLabel = "SIZE",
      description = "All but gguf and hqq: the largest size of one file (default: 5GB).")
  private String shardSize;

  @Option(
      names = "--checkpoint-format",
      paramLabel = "NAME",
      description =
          "gptq: gptq (zero points less one) or gptq_v2 (default: gptq if all layers are"
              + " symmetric); compressed-tensors: pack-quantized (default) or naive-quantized.")
  private String checkpointFormat;

  @Option(
      names = "--outtype",
      paramLabel = "TYPE",
      description =
          "gguf: auto (each layer in the smallest type that holds it exactly), f32, f16, bf16,"
              + " q8_0, q4_0, q4_1, q2_0, tq2_0 or q1_0 (default: auto).")
  private String outtype;

  @Option(
      names = "--pre",
      paramLabel = "NAME",
      description =
          "gguf: llama.cpp's name for the tokenizer's splitting rule, where it is not recognised.")
  private String pre;

  @Option(names = "--no-tokenizer", description = "gguf: the weights alone.")
  private boolean noTokenizer;

  @Option(
      names = "--verify-logits",
      paramLabel = "N",
      description = "Run N tokens through source and export; 0: none (default: 32 if it is small).")
  private Integer verifyLogits;

  @Option(names = "--tensors", description = "List every tensor with its type and error.")
  private boolean tensors;

  public ExportCommand() {
    this(Exporters::of);
  }

  /**
   * The command with the given exporters, for tests.
   *
   * @param exporters the exporter of a format's name
   */
  public ExportCommand(Function<String, Exporter> exporters) {
    this.exporters = exporters;
  }

  @Override
  public void run() {
    common.applyLogging();
    Exporter exporter = exporters.apply(format);
    Running running = Running.of(common.threads(), Pbq.DEFAULT_RESIDENT_BYTES);
    Optional<Integer> tokens = Optional.ofNullable(verifyLogits);
    ModelExport export = new ModelExport(running, tokens);
    ExportRequest request =
        new ExportRequest(ModelFolder.open(model.resolve().folder()), out, force, lossy, options());
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    ExportReport report;
    try {
      ExportProgress progress =
          (stage, tensor, done, total) ->
              status.update(stage + " " + (done + 1) + "/" + total + " " + tensor);
      report = export.run(exporter, request, progress);
    } finally {
      status.clear();
    }
    print(report, spec.commandLine().getOut());
  }

  private Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    put(options, "dtype", dtype);
    put(options, "shard-size", shardSize);
    put(options, "checkpoint-format", checkpointFormat);
    put(options, "outtype", outtype);
    put(options, "pre", pre);
    put(options, "no-tokenizer", noTokenizer ? "true" : null);
    return options;
  }

  private static void put(Map<String, String> options, String name, String value) {
    if (value != null) {
      options.put(name, value);
    }
  }

  private void print(ExportReport report, PrintWriter to) {
    if (tensors) {
      to.printf("%-52s %-8s %-12s %12s%n", "tensor", "type", "values", "max error");
      for (ExportedTensor tensor : report.tensors()) {
        to.printf(
            Locale.ROOT,
            "%-52s %-8s %-12s %12.4g%n",
            tensor.name(),
            tensor.type(),
            tensor.fidelity().name().toLowerCase(Locale.ROOT),
            tensor.error().maxAbsolute());
      }
      to.println();
    }
    to.printf(Locale.ROOT, "%s: %s, %,d bytes%n", report.format(), report.target(), report.bytes());
    Map<String, Integer> types = new TreeMap<>();
    report.tensors().forEach(t -> types.merge(t.type(), 1, Integer::sum));
    to.println("tensors: " + report.tensors().size() + " " + types);
    to.printf(
        Locale.ROOT,
        "read back and compared: %d exact, %d rounded (largest error %.4g), %d requantized"
            + " (largest error %.4g)%n",
        count(report, Fidelity.EXACT),
        count(report, Fidelity.ROUNDED),
        error(report, Fidelity.ROUNDED),
        count(report, Fidelity.REQUANTIZED),
        error(report, Fidelity.REQUANTIZED));
    report.notes().forEach(note -> to.println("note: " + note));
  }

  private static long count(ExportReport report, Fidelity fidelity) {
    return report.tensors().stream().filter(t -> t.fidelity() == fidelity).count();
  }

  private static double error(ExportReport report, Fidelity fidelity) {
    return report.tensors().stream()
        .filter(t -> t.fidelity() == fidelity)
        .mapToDouble(t -> t.error().maxAbsolute())
        .max()
        .orElse(0);
  }
}
