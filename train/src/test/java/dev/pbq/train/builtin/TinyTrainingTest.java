package dev.pbq.train.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.Engines;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small model trained from the start, and a run that goes on from a state. */
class TinyTrainingTest {
  private static final World WORLD = new World(TextGenerator.POPULATION);
  private static final WordVocabulary VOCABULARY = WordVocabulary.of(WORLD);
  private static final TinyConfig CONFIG = new TinyConfig(VOCABULARY.size(), 16, 32, 2, 4, 2, 24);
  private static final Batches BATCHES = new Batches(WORLD, VOCABULARY, 7, 4, CONFIG.positions());

  @BeforeAll
  static void settings() {
    EngineSettings.apply();
  }

  @Test
  void lossFallsAndMemoryStaysFlat() {
    TinyWeights weights = start();
    try (NDManager manager = Engines.newManager();
        TinyTraining training = new TinyTraining(manager, weights, 0)) {
      double first = train(training, 5);
      int arrays = manager.getManagedArrays().size();
      double last = train(training, 60);
      assertThat(first).isBetween(5.0, 6.5);
      assertThat(last).isFinite().isLessThan(first - 1);
      assertThat(manager.getManagedArrays()).hasSize(arrays);
    }
  }

  @Test
  void everyTensorIsTrained() {
    TinyWeights weights = start();
    try (NDManager manager = Engines.newManager();
        TinyTraining training = new TinyTraining(manager, weights, 0)) {
      train(training, 1);
    }
    TinyWeights before = start();
    for (String name : CONFIG.shapes().keySet()) {
      assertThat(weights.values(name)).as(name).isNotEqualTo(before.values(name));
    }
  }

  @Test
  void aResumedRunEndsWhereTheUninterruptedOneDoes(@TempDir Path folder) throws IOException {
    Path state = folder.resolve("state.bin");
    TinyWeights whole = start();
    TinyWeights resumed = new TinyWeights(CONFIG);
    try (NDManager manager = Engines.newManager()) {
      try (TinyTraining training = new TinyTraining(manager, whole, 0)) {
        train(training, 8);
        TrainingState.save(state, whole, training.steps());
        train(training, 12);
      }
      int steps = TrainingState.load(state, resumed);
      assertThat(steps).isEqualTo(8);
      try (TinyTraining training = new TinyTraining(manager, resumed, steps)) {
        train(training, 12);
      }
    }
    for (String name : CONFIG.shapes().keySet()) {
      assertThat(resumed.values(name)).as(name).isEqualTo(whole.values(name));
    }
  }

  private static TinyWeights start() {
    TinyWeights weights = new TinyWeights(CONFIG);
    weights.initialise(1);
    return weights;
  }

  /** Trains up to a step; the loss of the last. */
  private static double train(TinyTraining training, int until) {
    double loss = Double.NaN;
    while (training.steps() < until) {
      loss = training.step(BATCHES.batch(training.steps()), 5e-3);
    }
    return loss;
  }
}
