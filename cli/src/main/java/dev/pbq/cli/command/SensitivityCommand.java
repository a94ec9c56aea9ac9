package dev.pbq.cli.command;

import dev.pbq.cli.console.InterruptNotice;
import dev.pbq.cli.console.QuantizeProgress;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CalibrationOptions;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.PlanOptions;
import dev.pbq.cli.option.SelectionOptions;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.workflow.quantize.SensitivityRun;
import dev.pbq.workflow.recipe.AllocationChoice;
import dev.pbq.workflow.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq sensitivity}: what the quantization of each linear costs the model. */
@Command(
    name = "sensitivity",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = SensitivityCommand.WithProbe.class,
    description =
        "Measures how far the model moves when one linear layer, the embedding or the head alone is"
            + " quantized, for 'pbq quantize --allocate --sensitivity FILE'. Continues a file that"
            + " was begun.")
final class SensitivityCommand implements Runnable {
  /** Adds the options of the probe. */
  static final class WithProbe implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
      ((SensitivityCommand) command.userObject())
          .probe.addTo(command, "allocate", "budget", "widths", "sensitivity");
      return command;
    }
  }

  @Mixin private ModelArgument model;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE",
      description = "The file to make or to continue: JSON, a line for each layer.")
  private Path out;

  private final PlanOptions probe = new PlanOptions(AllocationChoice.class);
  @Mixin private SelectionOptions selection;
  @Mixin private CalibrationOptions calibration;
  @Mixin private DataOptions data;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    Recipe base = Recipe.EMPTY;
    Recipe recipe =
        base.withLayers(selection.over(base.layers()), List.of())
            .withAllocation(base.allocation().with(probe.given()))
            .withData(
                tokenizers.over(base.tokens()),
                calibration.over(base.calibration()),
                base.evaluation());
    SensitivityRun run =
        new SensitivityRun(model.resolve(), recipe, data.texts(), common.threads());
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    int linears =
        InterruptNotice.during(
            status,
            "pbq: interrupted; what is measured is kept: the same command goes on",
            () -> run.measure(out, new QuantizeProgress(status)));
    status.clear();
    spec.commandLine().getOut().println(out + ": sensitivities of " + linears + " layers");
  }
}
