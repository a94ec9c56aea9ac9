package dev.pbq.train.builtin;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains the built-in model: {@code TrainTiny --out DIR [--steps N] [--warmup N] [--decay N]
 * [--batch N] [--lr X] [--seed N] [--save-every N] [--population N] [--stop-at N]}.
 *
 * <p>A run that is started again with the same folder goes on from its last state, also with other
 * options. The folder gets {@code state.bin}, {@code plateau.bin} (the state before the decay, from
 * which a longer run can start) and {@code model/}. {@code --population} is how many of the world's
 * people the texts speak of; {@code --stop-at} ends a run before its schedule does.
 */
public final class TrainTiny {
  private static final Logger LOG = LoggerFactory.getLogger(TrainTiny.class);

  private static final int LOG_EVERY = 50;
  private static final int PROBE_EVERY = 250;

  private TrainTiny() {}

  /** The sizes of the built-in model. */
  static TinyConfig builtIn(WordVocabulary vocabulary) {
    return new TinyConfig(vocabulary.size(), 128, 384, 3, 4, 2, 256);
  }

  public static void main(String[] args) throws IOException {
    Options options =
        Options.parse(
            args,
            "out",
            "steps",
            "warmup",
            "decay",
            "batch",
            "lr",
            "seed",
            "save-every",
            "population",
            "stop-at");
    Path out = Path.of(options.text("out", "tiny-run"));
    int steps = options.integer("steps", 3000);
    Schedule schedule =
        new Schedule(
            options.number("lr", 3e-3),
            options.integer("warmup", 100),
            options.integer("decay", steps * 3 / 5),
            steps);
    int seed = options.integer("seed", 1);
    EngineSettings.apply();
    Files.createDirectories(out);
    WordVocabulary vocabulary = WordVocabulary.of(new World(TextGenerator.POPULATION));
    World world = new World(options.integer("population", TextGenerator.POPULATION));
    TinyConfig config = builtIn(vocabulary);
    Batches batches =
        new Batches(world, vocabulary, seed, options.integer("batch", 8), config.positions());
    TinyWeights weights = new TinyWeights(config);
    weights.initialise(seed);
    Path state = out.resolve("state.bin");
    int before = 0;
    if (Files.exists(state)) {
      before = TrainingState.load(state, weights);
      LOG.info("going on after step {}", before);
    }
    try (NDManager manager = Engines.newManager();
        TinyTraining training = new TinyTraining(manager, weights, before)) {
      Probe probe = new Probe(training, config.positions(), world, vocabulary);
      LOG.info("{} weights, vocabulary {}", config.parameters(), config.vocabulary());
      LOG.info("{}", probe.entropies());
      int stop = options.integer("stop-at", steps);
      Meter meter = new Meter();
      int saveEvery = options.integer("save-every", 250);
      for (int step = before; step < stop; step++) {
        int[][] windows = batches.batch(step);
        meter.add(training.step(windows, schedule.at(step)), windows);
        int done = step + 1;
        if (done % LOG_EVERY == 0 || done == stop) {
          LOG.info("step {} rate {} {}", done, (float) schedule.at(step), meter.readAndReset());
        }
        if (done % PROBE_EVERY == 0 || done == stop) {
          LOG.info("{}", probe.losses());
        }
        if (done % saveEvery == 0 || done == stop) {
          TrainingState.save(state, weights, done);
          TinyModelFolder.write(out.resolve("model"), weights, vocabulary);
        }
        if (done == steps - schedule.decay()) {
          TrainingState.save(out.resolve("plateau.bin"), weights, done);
        }
      }
    }
  }

  /** Mean loss and speed since the last reading. */
  private static final class Meter {
    private double loss;
    private int steps;
    private long tokens;
    private long since = System.nanoTime();

    void add(double batchLoss, int[][] windows) {
      loss += batchLoss;
      steps++;
      tokens += (long) windows.length * (windows[0].length - 1);
    }

    String readAndReset() {
      double seconds = (System.nanoTime() - since) / 1e9;
      String line =
          String.format(Locale.ROOT, "loss %.4f tokens/s %.0f", loss / steps, tokens / seconds);
      loss = 0;
      steps = 0;
      tokens = 0;
      since = System.nanoTime();
      return line;
    }
  }
}
