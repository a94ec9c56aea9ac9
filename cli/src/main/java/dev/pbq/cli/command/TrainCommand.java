package dev.pbq.cli.command;

import dev.pbq.cli.console.CommandWords;
import dev.pbq.cli.console.DefaultOutput;
import dev.pbq.cli.console.OptionNames;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.console.TrainingStatus;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DequantizeOption;
import dev.pbq.cli.option.MethodOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.PlanOptions;
import dev.pbq.cli.option.ReportOption;
import dev.pbq.cli.option.TaskOptions;
import dev.pbq.cli.option.TrainingOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.pipeline.DenseFolder;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.method.TrainingMethods;
import dev.pbq.train.run.TrainingResult;
import dev.pbq.workflow.quantize.MemoryLimit;
import dev.pbq.workflow.report.OtherPrograms;
import dev.pbq.workflow.report.QuantizationText;
import dev.pbq.workflow.report.RunFacts;
import dev.pbq.workflow.report.TrainingPage;
import dev.pbq.workflow.train.TrainingJob;
import dev.pbq.workflow.train.TrainingPlanText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq train}: quantization-aware training into a packed folder. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    abbreviateSynopsis = true,
    modelTransformer = TrainCommand.WithMethods.class,
    description = {
      "Trains a quantized model: every linear of the blocks becomes a layer of the method, which"
          + " learns from a text, and the result is packed. It is then evaluated from what is"
          + " stored. The last windows of the text are held out: never trained on, measured on the"
          + " way. The loss curve is in training.jsonl."
    },
    parameterListHeading = "%n",
    footer = {
      "",
      "Examples:",
      "  pbq train my-model --method pb-qat --dataset my.jsonl --steps 500 --batch 8 --seqlen 256",
      "  pbq train my-model --method pb-qat --start out/my-model-xnor --dataset my.jsonl",
      "  pbq train my-model --method onebit --self-generate 2000 --epochs 4",
      "  pbq train bert --method format-tune --format bfp-w4a4 --task train.tsv --epochs 4",
      "",
      "A killed run continues with --resume and gives the same bytes."
    })
final class TrainCommand implements Runnable {
  /** Adds the options of all methods that there are. */
  static final class WithMethods implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
      TrainCommand train = (TrainCommand) command.userObject();
      train.plan.addTo(command);
      train.settings.addTo(command, TrainingMethods.load());
      QuantizeHelp.install(command, train.settings);
      return command;
    }
  }

  @Mixin private ModelArgument model;
  @Mixin private DequantizeOption dequantize;

  @Option(names = "--method", paramLabel = "M", description = "Training method, see above.")
  private String method;

  private final PlanOptions plan = new PlanOptions();
  @Mixin private MethodOptions settings;
  @Mixin private TrainingOptions options;
  @Mixin private TaskOptions task;

  @Option(
      names = "--save",
      description = "Also write a dense fp16 model, for other programs, to <out>-dense.")
  private boolean save;

  @Option(names = "--dry-run", description = "Train nothing; print layers, bits, memory and time.")
  private boolean dryRun;

  @Option(names = "--max-memory", paramLabel = "SIZE", description = "Refuse if it takes more.")
  private String maxMemory;

  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    PrintWriter console = spec.commandLine().getOut();
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    ResolvedModel resolved = dequantize.dense(dryRun ? model.resolveHeaders() : model.resolve());
    TrainingJob job =
        options.job(
            resolved,
            Optional.ofNullable(method),
            settings.given(),
            plan.given(),
            common.threads(),
            status);
    try (TrainingMethod made = job.method()) {
      if (task.isGiven() && (dryRun || save || maxMemory != null || page.isGiven())) {
        throw PbqException.usage("--task excludes --dry-run, --save, --max-memory and --report");
      }
      if (maxMemory != null) {
        MemoryLimit.parse(maxMemory).require("the training", job.estimate(made).memoryBytes());
      }
      if (dryRun) {
        TrainingPlanText.print(job, made, job.estimate(made), console);
        return;
      }
      if (task.isGiven()) {
        Path folder = options.out().orElseGet(() -> DefaultOutput.of(resolved, made.name()));
        new TaskTraining(spec, job, options, task).run(made, folder, status);
        return;
      }
      page.prepare();
      Path output = options.out().orElseGet(() -> DefaultOutput.of(resolved, made.name()));
      TrainingResult result =
          TrainingStatus.during(
              status, "loss", shown -> job.train(made, output, options.existing(), shown));
      status.clear();
      QuantizationText.print(output, result.report(), console);
      console.println(
          String.format(
              Locale.ROOT,
              "  held out       perplexity %.4f before training, %.4f after %s, from what is stored"
                  + " (%d windows of %d tokens)",
              result.heldOutBefore(),
              result.heldOutAfter(),
              result.step() + (result.step() == 1 ? " step" : " steps"),
              result.settings().heldOut(),
              result.settings().tokens()));
      if (save) {
        Path dense = DenseFolder.beside(output, options.existing().force(), ShardSize.DEFAULT);
        console.println("  dense fp16     " + dense);
      }
      page.write(
          () -> new TrainingPage(new RunFacts(CommandWords.of(spec), common.threads())).of(result),
          console);
      console.println(OptionNames.spell(OtherPrograms.line(output)));
    }
  }
}
