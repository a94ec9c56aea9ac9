package dev.pbq.train.builtin;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Prints how much rounding to nearest, with one grid per row, hurts a model: {@code RtnDamage
 * MODEL_DIR TEXT_FILE [GROUP]}. Not a test; this is how the figures of {@code docs/tiny.md} were
 * measured.
 */
final class RtnDamage {
  private RtnDamage() {}

  public static void main(String[] args) throws IOException {
    EngineSettings.apply();
    WordVocabulary vocabulary = WordVocabulary.of(new World(TextGenerator.POPULATION));
    int[] ids = vocabulary.encode(Files.readString(Path.of(args[1])));
    int group = args.length > 2 ? Integer.parseInt(args[2]) : 0;
    for (int bits : new int[] {16, 4, 3, 2, 1}) {
      TinyWeights weights = new TinyWeights(TrainTiny.builtIn(vocabulary));
      TinyModelFolder.read(Path.of(args[0]), weights);
      if (bits < 16) {
        weights
            .config()
            .shapes()
            .forEach(
                (name, shape) -> {
                  if (name.endsWith("_proj.weight")) {
                    round(weights.values(name), group == 0 ? shape[1] : group, bits);
                  }
                });
      }
      System.out.println(
          String.format(Locale.ROOT, "%2d bits  %.4f", bits, perplexity(weights, ids)));
    }
  }

  /** exp of the mean over windows of the mean NLL of each window's tokens but the first. */
  static double perplexity(TinyWeights weights, int[] text) {
    int[] ids = new int[text.length + 1];
    ids[0] = WordVocabulary.BOS;
    System.arraycopy(text, 0, ids, 1, text.length);
    int size = weights.config().positions();
    int windows = Math.min(128, ids.length / size);
    double sum = 0;
    try (NDManager manager = Engines.newManager();
        TinyTraining model = new TinyTraining(manager, weights, 0)) {
      for (int w = 0; w < windows; w++) {
        double nats = 0;
        for (float nll : model.nll(Arrays.copyOfRange(ids, w * size, (w + 1) * size))) {
          nats += nll;
        }
        sum += nats / (size - 1);
      }
    }
    return Math.exp(sum / windows);
  }

  private static void round(float[] weight, int group, int bits) {
    int top = (1 << bits) - 1;
    for (int start = 0; start < weight.length; start += group) {
      float low = 0;
      float high = 0;
      for (int i = start; i < start + group; i++) {
        low = Math.min(low, weight[i]);
        high = Math.max(high, weight[i]);
      }
      float scale = (high - low) / top;
      double zero = Math.rint(-low / scale);
      for (int i = start; i < start + group; i++) {
        double code = Math.rint(weight[i] / scale) + zero;
        weight[i] = (float) (scale * (Math.max(0, Math.min(top, code)) - zero));
      }
    }
  }
}
