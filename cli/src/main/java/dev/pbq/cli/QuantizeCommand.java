package dev.pbq.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.DenseFolder;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.pipeline.Calibration;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.RunSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq quantize}: a model into a packed checkpoint. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Quantizes a model, one decoder block at a time, into a packed checkpoint.",
      "",
      "Methods:",
      "  xnor sign no 2bit 4bit prune   PB-LLM: salient weights at --high-bit, the rest as named",
      "  rtn                            round to nearest, no calibration",
      "  gptq                           round to nearest with error compensation",
      "  billm                          BiLLM: one bit, two for salient columns",
      "  arb arb-x arb-rc               ARB-LLM: the same, fitted by alternating updates",
      "  hqq                            half-quadratic quantization, 8 to 1 bits: no calibration",
      "  bfp bmf bl                     block floating point, minifloat, logarithm: no calibration",
      "  minifloat dmf log int          number formats without blocks, no calibration",
      "",
      "Examples:",
      "  pbq quantize huggyllama/llama-7b --method xnor --low-frac 0.9 --salient-metric hessian",
      "  pbq quantize my-model --method gptq --bits 4 --groupsize 128 --calib my-text.jsonl",
      "  pbq quantize my-model --method arb-rc --cgb",
      "  pbq quantize tiny --method xnor --low-frac 0.8 --out q --eval tiny",
      "  pbq quantize llama-7b --method xnor --low-frac 0.9 --dry-run"
    },
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "A killed run continues with --resume and gives the same bytes. Exit codes: see 'pbq --help'."
    })
final class QuantizeCommand implements Runnable {
  @Mixin private ModelArgument model;

  @Option(
      names = "--method",
      required = true,
      paramLabel = "M",
      description = "Quantization method, see above.")
  private String method;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Output directory (default: out/<model>-<method>).")
  private Path out;

  @Mixin private MethodOptions methodOptions;

  @Option(
      names = "--override",
      paramLabel = "REGEX=KEY:VALUE,...",
      description =
          "Other settings, or another method (method:NAME,...), for layers in whose name REGEX is"
              + " found; may be repeated.")
  private List<String> overrides = new ArrayList<>();

  @Mixin private SelectionOptions selection;
  @Mixin private CalibrationOptions calibration;
  @Mixin private DataOptions data;
  @Mixin private TokenizerOptions tokenizers;

  @Option(
      names = "--eval",
      split = ",",
      paramLabel = "SET|FILE",
      description = "Then measure perplexity on these texts.")
  private List<String> eval = new ArrayList<>();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the --eval results as JSON.")
  private Path json;

  @Option(
      names = "--save",
      description =
          "Also write the result as an ordinary dense fp16 model, for other programs, to"
              + " <out>-dense.")
  private boolean save;

  @Option(
      names = "--plot",
      description = "Also draw the relative error of every layer: pbq-errors.svg in the output.")
  private boolean plot;

  @Option(names = "--resume", description = "Continue an interrupted run.")
  private boolean resume;

  @Option(names = "--force", description = "Replace the output directory if it exists.")
  private boolean force;

  @Option(
      names = "--dry-run",
      description = "Read headers only; print layers, bits, bytes, memory, disk and time.")
  private boolean dryRun;

  @Option(
      names = "--max-shard-size",
      paramLabel = "SIZE",
      description = "Largest weight file (default: ${DEFAULT-VALUE}).")
  private String maxShardSize = "5GB";

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    PrintWriter console = spec.commandLine().getOut();
    MethodRegistry registry = MethodRegistry.load();
    ObjectNode options = methodOptions.given();
    MethodRegistry.Configured configured = registry.configure(method, options);
    Overrides assignment = new Overrides(registry, method, options, overrides);
    long shardBytes = ShardSize.parse(maxShardSize);
    int samples = calibration.samples();
    ResolvedModel resolved = model.resolve();
    Path output = out != null ? out : DefaultOutput.of(resolved, method);

    try (QuantizeJob job =
        QuantizeJob.open(
            resolved, selection.selection(), assignment, calibration.trueSequential())) {
      ActFormat.recorded(configured.settings()).ifPresent(f -> f.resolve(job.model()));
      int tokens = calibration.tokens(job.model());
      PlanEstimate estimate = job.estimate(job.plan().needsCalibration() ? samples : 0, tokens);
      if (dryRun) {
        DryRun.print(resolved, method, job, estimate, calibration, common.threads(), console);
        return;
      }
      List<EvaluationText> texts = eval.stream().map(data::evaluation).toList();
      DryRun.requireDisk(output, estimate);
      Optional<Calibration> windows =
          job.plan().needsCalibration()
              ? Optional.of(calibration.draw(resolved, job.model(), data, tokenizers))
              : Optional.empty();
      RunSettings settings =
          new RunSettings(
              resolved.displayName(),
              method,
              QuantizeJob.settings(configured, assignment.texts(), selection, calibration),
              output,
              resume,
              force,
              shardBytes,
              VersionProvider.version());
      StatusLine status = new StatusLine(spec.commandLine().getErr());
      QuantizationReport report =
          InterruptNotice.during(
              status,
              "pbq: interrupted; finished blocks are kept: continue with --resume",
              () -> job.run(settings, windows, common.threads(), new QuantizeProgress(status)));
      status.clear();
      Summary.print(output, report, console);
      if (plot) {
        ErrorPlot.write(output, report);
      }
      if (save) {
        Path dense = output.resolveSibling(output.getFileName() + "-dense");
        DenseFolder.write(ModelFolder.open(output), dense, force, shardBytes);
        console.println("  dense fp16     " + dense);
      }
      evaluate(output, texts, status, console);
    }
  }

  private void evaluate(
      Path output, List<EvaluationText> texts, StatusLine status, PrintWriter console) {
    if (texts.isEmpty()) {
      return;
    }
    var results =
        new Evaluation(common.threads(), ShardSize.parse("4GB"), tokenizers, status)
            .run(
                output.toString(),
                ModelFolder.open(output),
                texts,
                calibration.evaluationSeqlen(),
                OptionalInt.empty(),
                ActFormat.recorded(ModelFolder.open(output)));
    EvalPplCommand.print(results, console);
    if (json != null) {
      ResultFile.write(json, results);
    }
  }
}
