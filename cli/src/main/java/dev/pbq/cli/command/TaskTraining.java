package dev.pbq.cli.command;

import dev.pbq.cli.console.InterruptNotice;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.console.Summary;
import dev.pbq.cli.console.TrainingStatus;
import dev.pbq.cli.option.TaskOptions;
import dev.pbq.cli.option.TrainingMethodOptions;
import dev.pbq.cli.option.TrainingOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.EncoderClassifier;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.eval.classify.ClassificationResult;
import dev.pbq.eval.run.Running;
import dev.pbq.train.method.FormatTune;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.run.ClassificationRun;
import dev.pbq.train.run.ClassificationTrained;
import dev.pbq.train.run.CurvePoint;
import dev.pbq.train.run.LabeledTraining;
import dev.pbq.train.run.TrainingSettings;
import dev.pbq.workflow.source.Texts;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code pbq train --task}: a classifier learns labels.
 *
 * @param spec of the command, for its output
 * @param output by the method's name
 */
record TaskTraining(
    CommandSpec spec,
    ResolvedModel resolved,
    TrainingMethodOptions methods,
    TrainingOptions options,
    TaskOptions task,
    Texts texts,
    Running running,
    Function<String, RunOutput> output) {

  void run() {
    ModelFolder folder = ModelFolder.open(resolved.folder());
    EncoderClassifier model = Architectures.classifier(folder.config(), folder.path().toString());
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    try (TrainingMethodOptions.Opened opened = methods.open(model)) {
      TrainingMethod method = opened.method();
      if (!method.name().equals(FormatTune.NAME)) {
        throw PbqException.usage(
            "--task: classifiers are trained by " + FormatTune.NAME + ", not by " + method.name());
      }
      TrainingSettings settings =
          options.settings(model, opened.batches(), opened.learningRate(), 1000, opened.warmup());
      LabeledTraining data = task.read(texts, settings.heldOut());
      ClassificationRun run =
          new ClassificationRun(
              resolved,
              method,
              settings,
              data,
              running,
              new TrainingStatus(status, settings.schedule().steps(), "loss"));
      RunOutput to = output.apply(method.name());
      ClassificationTrained result =
          InterruptNotice.during(
              status,
              "pbq: interrupted; the last saved state is kept: continue with --resume",
              () -> run.run(to));
      status.clear();
      PrintWriter console = spec.commandLine().getOut();
      Summary.print(to.directory(), result.report(), console);
      print(result, console);
    }
  }

  private static void print(ClassificationTrained result, PrintWriter console) {
    CurvePoint before = result.curve().get(0);
    ClassificationResult after = result.heldOut();
    console.println(
        String.format(
            Locale.ROOT,
            "  held out       accuracy %.4f before training, %.4f after (loss %.4f, %.4f), from"
                + " what is stored (%d texts of %s)",
            before.accuracy(),
            after.accuracy(),
            before.heldOut(),
            after.loss(),
            after.examples(),
            after.dataset()));
  }
}
