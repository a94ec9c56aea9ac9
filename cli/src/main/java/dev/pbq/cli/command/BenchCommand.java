package dev.pbq.cli.command;

import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.parallel.Crew;
import dev.pbq.workflow.speed.MachineSpeed;
import dev.pbq.workflow.speed.ModelSpeed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pbq bench}: how fast this machine multiplies with stored weights. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures this machine: copying, float32 products, products with packed weights of every"
          + " kind; with a MODEL, what the products with its own weights allow.",
      "",
      "Examples:",
      "  pbq bench",
      "  pbq bench out/llama-7b-xnor"
    })
final class BenchCommand implements Runnable {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MODEL",
      description = "Measure this model's products and nothing else.")
  private String model;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Time for each figure (default: ${DEFAULT-VALUE}).")
  private double seconds = 1;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    if (!(seconds > 0 && seconds <= 60)) {
      throw PbqException.usage("--seconds " + seconds + " is not between 0 and 60");
    }
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    // The threads of pbq generate.
    try (Crew crew = Crew.of(common.threads())) {
      String text = crew.run(() -> text(status));
      status.clear();
      spec.commandLine().getOut().println(text.stripTrailing());
    }
  }

  private String text(StatusLine status) {
    if (model == null) {
      return MachineSpeed.measure(common.threads(), seconds, status::update).text();
    }
    ModelFolder folder = ModelFolder.open(ModelArgument.models(status).resolve(model).folder());
    return ModelSpeed.measure(folder, seconds / 5, status::update).text();
  }
}
