package dev.pbq.train.builtin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Loss by kind of text on texts that training does not see, next to the entropy of the generator.
 * Windows start with a BOS, so the entropy is exact up to the texts that windows cut.
 */
final class Probe {
  private static final long SEED = 777;
  private static final int WINDOWS = 64;

  private final TinyTraining training;
  private final int[][] windows = new int[WINDOWS][];
  private final int[][] kinds = new int[WINDOWS][];
  private final double[] entropy = new double[TextGenerator.KINDS.size() + 1];

  Probe(TinyTraining training, int tokens, World world, WordVocabulary vocabulary) {
    this.training = training;
    TextGenerator generator = new TextGenerator(world, SEED);
    double[] nats = new double[entropy.length];
    long[] counts = new long[entropy.length];
    for (int w = 0; w < WINDOWS; w++) {
      List<Integer> ids = new ArrayList<>(List.of(WordVocabulary.BOS));
      List<Integer> of = new ArrayList<>();
      while (ids.size() <= tokens) {
        TextGenerator.Text text = generator.next();
        int[] encoded = vocabulary.encode(text.text());
        for (int id : encoded) {
          ids.add(id);
          of.add(text.kind());
        }
        nats[text.kind()] += text.nats();
        counts[text.kind()] += encoded.length;
      }
      windows[w] = ids.stream().limit(tokens + 1L).mapToInt(i -> i).toArray();
      kinds[w] = of.stream().limit(tokens).mapToInt(i -> i).toArray();
    }
    int all = entropy.length - 1;
    nats[all] = Arrays.stream(nats).sum();
    counts[all] = Arrays.stream(counts).sum();
    for (int k = 0; k <= all; k++) {
      entropy[k] = nats[k] / counts[k];
    }
  }

  /** Nats per token of the generator, by kind and over all. */
  String entropies() {
    return format("entropy", entropy);
  }

  /** Nats per token of the model, by kind and over all. */
  String losses() {
    double[] nats = new double[entropy.length];
    long[] counts = new long[entropy.length];
    int all = entropy.length - 1;
    for (int w = 0; w < WINDOWS; w++) {
      float[] nll = training.nll(windows[w]);
      for (int t = 0; t < nll.length; t++) {
        nats[kinds[w][t]] += nll[t];
        counts[kinds[w][t]]++;
        nats[all] += nll[t];
        counts[all]++;
      }
    }
    for (int k = 0; k <= all; k++) {
      nats[k] /= counts[k];
    }
    return format("loss", nats);
  }

  private static String format(String what, double[] values) {
    StringBuilder line = new StringBuilder(what);
    for (int k = 0; k < values.length; k++) {
      String name = k < TextGenerator.KINDS.size() ? TextGenerator.KINDS.get(k) : "all";
      line.append(String.format(Locale.ROOT, " %s %.4f", name, values[k]));
    }
    return line.toString();
  }
}
