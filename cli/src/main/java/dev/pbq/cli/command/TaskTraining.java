package dev.pbq.cli.command;

import dev.pbq.cli.console.OptionNames;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.console.TrainingStatus;
import dev.pbq.cli.option.TaskOptions;
import dev.pbq.cli.option.TrainingOptions;
import dev.pbq.core.PbqException;
import dev.pbq.eval.classify.ClassificationResult;
import dev.pbq.train.method.FormatTune;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.run.ClassificationTrained;
import dev.pbq.train.run.CurvePoint;
import dev.pbq.train.run.LabeledTraining;
import dev.pbq.workflow.report.OtherPrograms;
import dev.pbq.workflow.report.QuantizationText;
import dev.pbq.workflow.train.TrainingJob;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code pbq train --task}: a classifier learns labels.
 *
 * @param spec of the command, for its output
 */
record TaskTraining(CommandSpec spec, TrainingJob job, TrainingOptions options, TaskOptions task) {

  /** Trains; {@code method} is lent. */
  void run(TrainingMethod method, Path output, StatusLine status) {
    if (!method.name().equals(FormatTune.NAME)) {
      throw PbqException.usage(
          "--task: classifiers are trained by " + FormatTune.NAME + ", not by " + method.name());
    }
    LabeledTraining data = task.read(options.texts(), job.plan().heldOut());
    ClassificationTrained result =
        TrainingStatus.during(
            status,
            "loss",
            shown -> job.trainLabels(method, data, output, options.existing(), shown));
    status.clear();
    PrintWriter console = spec.commandLine().getOut();
    QuantizationText.print(output, result.report(), console);
    CurvePoint before = result.curve().get(0);
    ClassificationResult after = result.heldOut();
    console.println(
        String.format(
            Locale.ROOT,
            "  held out       accuracy %.4f before training, %.4f after %d steps (loss %.4f, %.4f),"
                + " from what is stored (%d texts of %s)",
            before.accuracy(),
            after.accuracy(),
            result.step(),
            before.heldOut(),
            after.loss(),
            after.examples(),
            after.dataset()));
    console.println(OptionNames.spell(OtherPrograms.line(output)));
  }
}
