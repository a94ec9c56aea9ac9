package dev.pbq.tiny.train;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains the built-in model: {@code TrainTiny --out DIR [--steps N] [--decay N] [--batch N] [--lr X]
 * [--seed N] [--save-every N]}. A run that is started again with the same folder goes on from its
 * last state. The folder gets {@code state.bin}, {@code plateau.bin} (the state before the decay,
 * from which a longer run can start) and {@code model/}.
 */
public final class TrainTiny {
  private static final Logger LOG = LoggerFactory.getLogger(TrainTiny.class);

  private static final AdamW.Settings ADAMW = new AdamW.Settings(0.9, 0.98, 1e-8, 0.1);
  private static final int LOG_EVERY = 50;
  private static final int PROBE_EVERY = 500;

  private TrainTiny() {}

  /** The sizes of the built-in model. */
  static TinyConfig builtIn(WordVocabulary vocabulary) {
    return new TinyConfig(vocabulary.size(), 256, 512, 3, 4, 2, 256);
  }

  public static void main(String[] args) throws IOException {
    Map<String, String> options = options(args);
    Path out = Path.of(options.getOrDefault("out", "tiny-run"));
    int steps = Integer.parseInt(options.getOrDefault("steps", "4000"));
    Schedule schedule =
        new Schedule(
            Double.parseDouble(options.getOrDefault("lr", "3e-3")),
            Integer.parseInt(options.getOrDefault("warmup", "100")),
            Integer.parseInt(options.getOrDefault("decay", Integer.toString(steps / 4))),
            steps);
    long seed = Long.parseLong(options.getOrDefault("seed", "1"));
    int sequences = Integer.parseInt(options.getOrDefault("batch", "16"));
    int saveEvery = Integer.parseInt(options.getOrDefault("save-every", "250"));
    setDefault("ai.djl.offline", "true");
    setDefault("ai.djl.pytorch.num_threads", "1");
    Files.createDirectories(out);
    World world = new World(TextGenerator.POPULATION);
    WordVocabulary vocabulary = WordVocabulary.of(world);
    try (NDManager manager = NDManager.newBaseManager()) {
      TinyConfig config = builtIn(vocabulary);
      Parameters parameters = new Parameters(manager, config);
      parameters.initialise(seed);
      AdamW optimizer = new AdamW(ADAMW);
      Path state = out.resolve("state.bin");
      if (Files.exists(state)) {
        TrainingState.load(state, parameters, optimizer);
        LOG.info("going on after step {}", optimizer.steps());
      }
      parameters.requireGradients();
      LlamaForward forward = new LlamaForward(manager, parameters);
      Trainer trainer = new Trainer(manager, parameters, forward, optimizer);
      Probe probe = new Probe(manager, parameters, forward, world, vocabulary);
      Batches batches = new Batches(world, vocabulary, seed, sequences, config.positions());
      LOG.info("{} weights, vocabulary {}", config.parameters(), config.vocabulary());
      LOG.info("{}", probe.entropies());
      double sum = 0;
      int counted = 0;
      long since = System.nanoTime();
      for (int step = optimizer.steps(); step < steps; step++) {
        sum += trainer.step(batches.batch(step), schedule.at(step));
        counted++;
        int done = step + 1;
        if (done % LOG_EVERY == 0 || done == steps) {
          double seconds = (System.nanoTime() - since) / 1e9;
          LOG.info(
              String.format(
                  Locale.ROOT,
                  "step %d loss %.4f lr %.2e tokens/s %.0f",
                  done,
                  sum / counted,
                  schedule.at(step),
                  counted * sequences * (double) config.positions() / seconds));
          sum = 0;
          counted = 0;
          since = System.nanoTime();
        }
        if (done % PROBE_EVERY == 0 || done == steps) {
          LOG.info("{}", probe.losses());
        }
        if (done % saveEvery == 0 || done == steps) {
          TrainingState.save(state, parameters, optimizer);
          ModelFolder.write(out.resolve("model"), parameters, vocabulary);
        }
        if (done == steps - schedule.decay()) {
          TrainingState.save(out.resolve("plateau.bin"), parameters, optimizer);
        }
      }
    }
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      options.put(args[i].replaceFirst("^--", ""), args[i + 1]);
    }
    return options;
  }

  private static void setDefault(String property, String value) {
    System.setProperty(property, Optional.ofNullable(System.getProperty(property)).orElse(value));
  }
}
