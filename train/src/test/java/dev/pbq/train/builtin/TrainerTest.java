package dev.pbq.train.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final World WORLD = new World(TextGenerator.POPULATION);
  private static final WordVocabulary VOCABULARY = WordVocabulary.of(WORLD);
  private static final TinyConfig CONFIG = new TinyConfig(VOCABULARY.size(), 16, 32, 2, 4, 2, 24);
  private static final AdamW.Settings ADAMW = new AdamW.Settings(0.9, 0.98, 1e-8, 0.1);

  @BeforeAll
  static void settings() {
    EngineSettings.apply();
  }

  @Test
  void lossFallsAndMemoryStaysFlat() {
    try (NDManager manager = NDManager.newBaseManager()) {
      Run run = new Run(manager);
      float first = run.train(0, 5);
      int arrays = manager.getManagedArrays().size();
      float last = run.train(5, 60);
      assertThat(first).isBetween(5.0f, 6.5f);
      assertThat(last).isFinite().isLessThan(first - 1);
      assertThat(manager.getManagedArrays()).hasSize(arrays);
    }
  }

  @Test
  void gradientsAgreeWithFiniteDifferences() {
    try (NDManager manager = NDManager.newBaseManager()) {
      Parameters parameters = new Parameters(manager, CONFIG);
      parameters.initialise(3);
      // Larger weights than at the start of a run, so that no gradient drowns in float32 rounding.
      for (String name : parameters.arrays().keySet()) {
        FloatBuffer values = parameters.values(name);
        for (int i = 0; i < values.capacity(); i++) {
          values.put(
              i, values.capacity() == CONFIG.hidden() ? 1f + i % 3 * 0.1f : values.get(i) * 8);
        }
      }
      parameters.requireGradients();
      LlamaForward forward = new LlamaForward(manager, parameters);
      Batches.Batch batch = batches().batch(0);
      try (NDManager step = manager.newSubManager()) {
        parameters.lendTo(step);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          NDArray loss = forward.loss(step, batch.inputs(), batch.targets());
          System.gc();
          collector.backward(loss);
        }
        for (String name : parameters.arrays().keySet()) {
          FloatBuffer gradient = Parameters.floats(parameters.get(name).getGradient());
          int largest = largest(gradient);
          double numerical = slope(manager, parameters, forward, batch, name, largest);
          assertThat((double) gradient.get(largest))
              .as("%s[%d]", name, largest)
              .isCloseTo(numerical, within(0.02 * Math.abs(numerical) + 1e-4));
        }
      }
    }
  }

  @Test
  void aResumedRunEndsWhereTheUninterruptedOneDoes(@TempDir Path folder) throws IOException {
    Path state = folder.resolve("state.bin");
    try (NDManager manager = NDManager.newBaseManager()) {
      Run whole = new Run(manager);
      whole.train(0, 8);
      TrainingState.save(state, whole.parameters, whole.optimizer);
      whole.train(8, 12);
      Run resumed = new Run(manager);
      TrainingState.load(state, resumed.parameters, resumed.optimizer);
      assertThat(resumed.optimizer.steps()).isEqualTo(8);
      resumed.train(8, 12);
      for (String name : CONFIG.shapes().keySet()) {
        assertThat(resumed.parameters.copy(name)).isEqualTo(whole.parameters.copy(name));
      }
    }
  }

  private static int largest(FloatBuffer values) {
    int best = 0;
    for (int i = 1; i < values.capacity(); i++) {
      best = Math.abs(values.get(i)) > Math.abs(values.get(best)) ? i : best;
    }
    return best;
  }

  /** Central difference of the loss with respect to one weight. */
  private static double slope(
      NDManager manager,
      Parameters parameters,
      LlamaForward forward,
      Batches.Batch batch,
      String name,
      int index) {
    FloatBuffer values = parameters.values(name);
    float original = values.get(index);
    float h = 0.004f;
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      values.put(index, original + (side == 0 ? h : -h));
      try (NDManager step = manager.newSubManager()) {
        NDArray loss = forward.loss(step, batch.inputs(), batch.targets());
        losses[side] = loss.getFloat();
      }
    }
    values.put(index, original);
    return (losses[0] - losses[1]) / (2.0 * h);
  }

  private static Batches batches() {
    return new Batches(WORLD, VOCABULARY, 7, 4, CONFIG.positions());
  }

  /** A small run from the start. */
  private static final class Run {
    final Parameters parameters;
    final AdamW optimizer = new AdamW(ADAMW);
    final Trainer trainer;

    Run(NDManager manager) {
      parameters = new Parameters(manager, CONFIG);
      parameters.initialise(1);
      parameters.requireGradients();
      trainer = new Trainer(manager, parameters, new LlamaForward(manager, parameters), optimizer);
    }

    float train(int from, int to) {
      float loss = Float.NaN;
      for (int step = from; step < to; step++) {
        loss = trainer.step(batches().batch(step), 5e-3);
      }
      return loss;
    }
  }
}
