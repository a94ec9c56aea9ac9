package dev.pbq.train.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A causal model of which everything is trained: embedding and head too, operands changed. */
class TableGradientsTest {
  @TempDir private static Path temporary;

  private static int[][] windows(int vocabulary) {
    Random random = new Random(7);
    int[][] ids = new int[2][12];
    for (int[] window : ids) {
      for (int t = 0; t < window.length; t++) {
        window[t] = 3 + random.nextInt(Math.min(40, vocabulary - 3));
      }
    }
    return ids;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsAreThoseOfCentralDifferences(boolean recompute) {
    ModelFolder folder = ModelFolder.open(TinyModel.unpack(temporary));
    CausalModel model = Architectures.of(folder.config(), "tiny");
    int[][] ids = windows(model.vocabularySize());
    try (Checkpoint weights = Checkpoint.open(folder.path());
        NDManager manager = Engines.newManager()) {
      TrainedWeights trained = GradientChecks.everything(model, weights);
      assertThat(trained.vectors()).containsKey("model.embed_tokens.weight");
      try (Student student =
          new Student(manager, model, weights, trained, GradientChecks.shifted(), recompute)) {
        Objective loss = Objective.LANGUAGE_MODEL;
        student.backward(ids, loss, Optional.empty(), 1);
        student.takeGradients();
        List<Parameter> parameters = trained.parameters();
        for (int i = 0; i < parameters.size(); i += recompute ? 5 : 1) {
          GradientChecks.alongGradient(
              parameters.get(i),
              1e-2,
              () -> {
                student.refresh();
                return student.backward(ids, loss, Optional.empty(), 1);
              });
        }
      }
    }
  }

  @Test
  void gradientsAddUpOverBatchesAndStartAnew() {
    ModelFolder folder = ModelFolder.open(TinyModel.unpack(temporary));
    CausalModel model = Architectures.of(folder.config(), "tiny");
    int[][] ids = windows(model.vocabularySize());
    try (Checkpoint weights = Checkpoint.open(folder.path());
        NDManager manager = Engines.newManager()) {
      TrainedWeights trained = GradientChecks.everything(model, weights);
      try (Student student =
          new Student(manager, model, weights, trained, GradientChecks.shifted(), false)) {
        double[] norms = new double[2];
        for (int round = 0; round < 2; round++) {
          for (int batch = 0; batch <= round; batch++) {
            student.backward(ids, Objective.LANGUAGE_MODEL, Optional.empty(), 1.0 / (round + 1));
          }
          student.takeGradients();
          Parameter table = trained.vectors().get("model.embed_tokens.weight").parameter();
          norms[round] = AdamW.norm(List.of(table));
          student.refresh();
        }
        assertThat(norms[0]).isPositive();
        assertThat(norms[1]).isCloseTo(norms[0], within(1e-5 * norms[0]));
      }
    }
  }
}
