package dev.pbq.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pbq.cli.console.CommandWords;
import dev.pbq.cli.console.DefaultOutput;
import dev.pbq.cli.console.OptionNames;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.console.TrainingStatus;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.PlanOptions;
import dev.pbq.cli.option.ReportOption;
import dev.pbq.cli.option.TrainingOptions;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.train.tune.TuneResult;
import dev.pbq.workflow.report.OtherPrograms;
import dev.pbq.workflow.report.RunFacts;
import dev.pbq.workflow.report.TrainingPage;
import dev.pbq.workflow.train.TrainingJob;
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

/** {@code pbq tune}: scales, means and norms of a packed folder learn from the original. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = TuneCommand.WithPlan.class,
    description = {
      "Tunes what is not codes in a folder that pbq packed: scales, means, float zero points and"
          + " norms learn from the original model; codes, signs and bitmaps stay, and so does the"
          + " size, but that entropy-coded layers gain 16 bits for each row. The state that is best"
          + " on held-out windows is kept, so that the result is never worse there than the start."
          + " Unless told otherwise: 200 steps of 4 x 2 windows, lr 1e-3, warm-up 10.",
      "",
      "Examples:",
      "  pbq tune out/my-model-gptq --reference my-model --dataset my.jsonl --seqlen 512",
    })
final class TuneCommand implements Runnable {
  /** Adds the options of the plan. */
  static final class WithPlan implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
      ((TuneCommand) command.userObject()).plan.addTo(command, "teacher", "keep");
      return command;
    }
  }

  @Mixin private ModelArgument model;

  @Option(
      names = "--reference",
      paramLabel = "MODEL",
      required = true,
      description = "The dense model that the folder was made of.")
  private String reference;

  private final PlanOptions plan = new PlanOptions();
  @Mixin private TrainingOptions options;
  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    PrintWriter console = spec.commandLine().getOut();
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    ResolvedModel resolved = model.resolve();
    ResolvedModel original = ModelArgument.models(status).resolve(reference);
    TrainingJob job =
        options.job(
            resolved,
            Optional.empty(),
            JsonNodeFactory.instance.objectNode(),
            plan.given(),
            common.threads(),
            status);
    page.prepare();
    Path output = options.out().orElseGet(() -> DefaultOutput.of(resolved, "tuned"));
    TuneResult result =
        TrainingStatus.during(
            status, "KL", shown -> job.tune(original, output, options.existing(), shown));
    status.clear();
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
            result.settings().heldOut(),
            result.settings().tokens()));
    console.printf(
        Locale.ROOT,
        "  tuned layers  %.4f bits per weight stored (%.4f before)%n",
        result.bitsAfter().bitsPerWeight(),
        result.bitsBefore().bitsPerWeight());
    page.write(
        () ->
            new TrainingPage(new RunFacts(CommandWords.of(spec), common.threads()))
                .of(resolved.displayName(), result),
        console);
    console.println(OptionNames.spell(OtherPrograms.line(output)));
  }
}
