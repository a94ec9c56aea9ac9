package dev.pbq.cli.command;

import dev.pbq.cli.console.DefaultOutput;
import dev.pbq.cli.console.InterruptNotice;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.console.Summary;
import dev.pbq.cli.console.TrainingStatus;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.TaskOptions;
import dev.pbq.cli.option.TrainingMethodOptions;
import dev.pbq.cli.option.TrainingOptions;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.eval.run.Running;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.run.TrainingResult;
import dev.pbq.train.run.TrainingRun;
import dev.pbq.train.run.TrainingSettings;
import dev.pbq.workflow.source.BuiltIn;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq train}: quantization-aware training into a packed folder. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a quantized model: every linear of the blocks becomes a layer of the method, which"
          + " learns from a text, and the result is packed. It is then evaluated from what is"
          + " stored. The last windows of the text are held out: never trained on, measured on the"
          + " way. The loss curve is in training.jsonl.",
      "",
      "Examples:",
      "  pbq train my-model --method pb-qat --dataset my.jsonl --steps 500 --batch 8 --seqlen 256",
      "  pbq train my-model --method pb-qat --start out/my-model-xnor --dataset my.jsonl",
      "  pbq train bert --method format-tune --format bfp-w4a4 --task train.tsv --steps 500",
      "",
      "A killed run continues with --resume and gives the same bytes."
    },
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n")
final class TrainCommand implements Runnable {
  @Mixin private ModelArgument model;
  @Mixin private TrainingMethodOptions methods;
  @Mixin private TrainingOptions options;

  @Option(
      names = "--dataset",
      paramLabel = "SET|FILE",
      description =
          "The text that is trained on: the calibration part of wikitext2, ptb, c4 or tiny, or a"
              + " file (.txt, .jsonl, .jsonl.gz, .parquet). Default: wikitext2, or tiny for the"
              + " model built in.")
  private String dataset;

  @Mixin private TaskOptions task;
  @Mixin private DataOptions data;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Output directory (default: out/<model>-<method>).")
  private Path out;

  @Option(names = "--resume", description = "Continue an interrupted run.")
  private boolean resume;

  @Option(names = "--force", description = "Replace the output directory if it exists.")
  private boolean force;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    task.check(dataset);
    ResolvedModel resolved = model.resolve();
    if (task.isGiven()) {
      new TaskTraining(
              spec,
              resolved,
              methods,
              options,
              task,
              data.texts(),
              Running.of(common.threads(), Long.MAX_VALUE),
              method -> output(resolved, method))
          .run();
      return;
    }
    ModelFolder folder = ModelFolder.open(resolved.folder());
    CausalModel causal = Architectures.of(folder.config(), folder.path().toString());
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    try (TrainingMethodOptions.Opened opened = methods.open(causal)) {
      TrainingMethod method = opened.method();
      TrainingSettings settings =
          options.settings(causal, opened.batches(), opened.learningRate(), 1000, opened.warmup());
      RunOutput output = output(resolved, method.name());
      String text = dataset != null ? dataset : BuiltIn.defaultText(resolved, "wikitext2");
      TrainingRun run =
          new TrainingRun(
              resolved,
              method,
              settings,
              data.texts().calibration(text),
              Running.of(common.threads(), Long.MAX_VALUE),
              new TrainingStatus(status, settings.schedule().steps(), "loss"));
      TrainingResult result =
          InterruptNotice.during(
              status,
              "pbq: interrupted; the last saved state is kept: continue with --resume",
              () -> run.run(output));
      status.clear();
      PrintWriter console = spec.commandLine().getOut();
      Summary.print(output.directory(), result.report(), console);
      console.println(
          String.format(
              Locale.ROOT,
              "  held out       perplexity %.4f before training, %.4f after, from what is stored"
                  + " (%d windows of %d tokens)",
              result.heldOutBefore(),
              result.heldOutAfter(),
              settings.heldOut(),
              settings.tokens()));
    }
  }

  private RunOutput output(ResolvedModel resolved, String method) {
    Path directory = out != null ? out : DefaultOutput.of(resolved, method);
    return new RunOutput(directory, resume, force, ShardSize.DEFAULT, Map.of());
  }
}
