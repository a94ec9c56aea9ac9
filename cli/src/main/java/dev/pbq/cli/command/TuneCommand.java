package dev.pbq.cli.command;

import dev.pbq.cli.console.DefaultOutput;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.console.TrainingStatus;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.TrainingOptions;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.model.Architectures;
import dev.pbq.eval.run.Running;
import dev.pbq.train.run.TrainingSettings;
import dev.pbq.train.tune.TuneResult;
import dev.pbq.train.tune.TuneRun;
import dev.pbq.workflow.source.BuiltIn;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq tune}: scales, means and norms of a packed folder learn from the original. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    description = {
      "Tunes what is not codes in a folder that pbq packed: scales, means, float zero points and"
          + " norms learn from the original model; codes, signs and bitmaps stay, and so does the"
          + " size. The state that is best on held-out windows is kept, so that the result is never"
          + " worse there than the start.",
      "",
      "Examples:",
      "  pbq tune out/my-model-gptq --reference my-model --dataset my.jsonl --seqlen 512",
    },
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n")
final class TuneCommand implements Runnable {
  private static final double RATE = 1e-3;
  private static final int STEPS = 200;
  private static final int WARMUP = 10;

  @Mixin private ModelArgument model;
  @Mixin private TrainingOptions options;

  @Option(
      names = "--reference",
      paramLabel = "MODEL",
      required = true,
      description = "The dense model that the folder was made of.")
  private String reference;

  @Option(
      names = "--dataset",
      paramLabel = "SET|FILE",
      description =
          "The text that is learned from: the calibration part of wikitext2, ptb, c4 or tiny, or a"
              + " file. Default: wikitext2, or tiny for the model built in.")
  private String dataset;

  @Mixin private DataOptions data;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Output directory (default: out/<model>-tuned).")
  private Path out;

  @Option(names = "--force", description = "Replace the output directory if it exists.")
  private boolean force;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    ResolvedModel resolved = model.resolve();
    ResolvedModel original = ModelArgument.models(status).resolve(reference);
    ModelFolder folder = ModelFolder.open(resolved.folder());
    TrainingSettings settings =
        options.settings(
            Architectures.of(folder.config(), folder.path().toString()),
            new TrainingOptions.Defaults(RATE, steps -> Math.min(WARMUP, steps / 4)),
            STEPS);
    Path output = out != null ? out : DefaultOutput.of(resolved, "tuned");
    String text = dataset != null ? dataset : BuiltIn.defaultText(original, "wikitext2");
    TuneRun run =
        new TuneRun(
            folder,
            ModelFolder.open(original.folder()),
            data.texts().calibration(text),
            settings,
            Running.of(common.threads(), Long.MAX_VALUE),
            new TrainingStatus(status, settings.schedule().steps(), "KL"));
    TuneResult result = run.run(output, force);
    status.clear();
    print(output, settings, result, spec.commandLine().getOut());
  }

  private static void print(
      Path output, TrainingSettings settings, TuneResult result, PrintWriter console) {
    String change =
        result.bestStep() == 0
            ? "no state was better than the start, which is kept"
            : String.format(
                Locale.ROOT,
                "%.1f %% lower, from step %d",
                100 * (1 - result.after() / result.before()),
                result.bestStep());
    console.println(
        String.format(
            Locale.ROOT,
            "%s: held-out KL from the original %.6f before, %.6f after: %s (%d windows of %d"
                + " tokens)",
            output,
            result.before(),
            result.after(),
            change,
            settings.heldOut(),
            settings.tokens()));
  }
}
