package dev.pbq.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.data.DatasetFetcher;
import dev.pbq.core.data.LabeledCorpora;
import dev.pbq.core.data.LabeledSet;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.eval.classify.ClassificationProgress;
import dev.pbq.eval.run.OpenClassifier;
import dev.pbq.eval.run.Running;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.train.method.FormatTune;
import dev.pbq.train.method.FormatTuneSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole trainings of a small BERT on labelled texts. */
class ClassificationRunTest {
  private static final TrainingPlan PLAN =
      TrainingPlan.DEFAULT.withEpochs(6).withWindows(8, 1, 12).withRate(4e-3, 0).withHeldOut(24);

  @TempDir private Path temporary;

  @BeforeEach
  void model() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("bert"));
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      try (InputStream in =
          ClassificationRunTest.class.getResourceAsStream("/classifiers/bert-classifier/" + file)) {
        Files.copy(in, folder.resolve(file));
      }
    }
    Files.writeString(
        folder.resolve("vocab.txt"),
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
            + IntStream.range(5, 40).mapToObj(i -> "w" + i).collect(Collectors.joining("\n"))
            + "\n");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": true}");
  }

  /** The first word says the label. */
  private LabeledSet data(String label) throws IOException {
    Random random = new Random(5);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      int of = random.nextInt(3);
      StringBuilder text = new StringBuilder("w" + (5 + of));
      for (int w = random.nextInt(6); w >= 0; w--) {
        text.append(" w").append(10 + random.nextInt(30));
      }
      String shown = i == 100 && !label.isEmpty() ? label : Integer.toString(of);
      lines.append("{\"text\": \"%s\", \"label\": \"%s\"}\n".formatted(text, shown));
    }
    Path file = temporary.resolve("data.jsonl");
    Files.writeString(file, lines);
    return new LabeledCorpora(Optional.empty(), Map.of(), DatasetFetcher.NONE)
        .readTraining(file.toString(), OptionalInt.empty());
  }

  private ClassificationTrained run(
      LabeledSet texts, TrainingPlan plan, Path output, boolean resume, TrainingProgress progress) {
    return new ClassificationRun(
            new ResolvedModel("bert", "bert", temporary.resolve("bert"), "a folder"),
            new FormatTune(FormatTuneSettings.DEFAULT),
            plan,
            LabeledTraining.of(texts, Optional.empty(), plan.heldOut()),
            Running.of(1, Long.MAX_VALUE),
            progress)
        .run(new RunOutput(output, resume, false, ShardSize.DEFAULT, Map.of()));
  }

  @Test
  void labelsAreLearnedAndTheResultGivesWhatTheTrainingSaid() throws IOException {
    LabeledSet texts = data("");
    Path out = temporary.resolve("out");
    ClassificationTrained result = run(texts, PLAN, out, false, TrainingProgress.SILENT);
    CurvePoint first = result.curve().get(0);
    CurvePoint last = result.curve().get(result.curve().size() - 1);
    assertThat(result.curve()).hasSize(1 + 6 * 96 / 8);
    assertThat(result.curve().stream().filter(p -> p.accuracy() != null)).hasSize(7);
    assertThat(last.heldOut()).isLessThan(first.heldOut());
    assertThat(last.accuracy()).isGreaterThan(first.accuracy());

    ModelFolder folder = ModelFolder.open(out);
    try (OpenClassifier open =
        OpenClassifier.open(folder, ActFormat.recorded(folder), Running.of(1, Long.MAX_VALUE))) {
      LabeledSet heldOut = texts.range(96, 120);
      assertThat(
              open.measure("out", heldOut, OptionalInt.of(12), ClassificationProgress.SILENT)
                  .loss())
          .isEqualTo(last.heldOut());
    }

    Path killed = temporary.resolve("killed");
    TrainingProgress killer =
        point -> {
          if (point.step() == 30) {
            throw new IllegalStateException("killed");
          }
        };
    assertThatThrownBy(() -> run(texts, PLAN, killed, false, killer))
        .hasMessageEndingWith("killed");
    run(texts, PLAN, killed, true, TrainingProgress.SILENT);
    assertThat(Files.readAllBytes(killed.resolve(WeightFiles.PACKED.single())))
        .isEqualTo(Files.readAllBytes(out.resolve(WeightFiles.PACKED.single())));
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingIsWritten() throws IOException {
    LabeledSet wrong = data("positive");
    refuse(
        () -> run(wrong, PLAN, temporary.resolve("no"), false, TrainingProgress.SILENT), "none of");
    LabeledSet texts = data("");
    TrainingPlan tooLong = PLAN.withWindows(8, 1, 17);
    refuse(
        () -> run(texts, tooLong, temporary.resolve("no"), false, TrainingProgress.SILENT),
        "more than the model's 16 positions");
    TrainingPlan nothingLeft = PLAN.withHeldOut(120);
    refuse(
        () -> run(texts, nothingLeft, temporary.resolve("no"), false, TrainingProgress.SILENT),
        "none is left to train on");
    assertThat(temporary.resolve("no")).doesNotExist();
  }

  private static void refuse(Runnable run, String message) {
    assertThatThrownBy(run::run).isInstanceOf(PbqException.class).hasMessageContaining(message);
  }
}
