package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.KeyValueCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Texts that a teacher writes for its student (data-free distillation, LLM-QAT, arXiv 2305.17888,
 * section 2.1; used by OneBit): the first token is random, three to five are the most likely ones,
 * the others are drawn, until the text ends or a window is full. Each text has random numbers of
 * its own, so that texts do not depend on how many are asked for.
 *
 * @param bos that every text begins with; empty for none
 * @param eos that ends a text; empty for none
 * @param length tokens at most of a text, BOS and EOS among them
 */
public record TeacherTexts(OptionalInt bos, OptionalInt eos, int length, long seed) {
  /** Texts that are written side by side. */
  private static final int BATCH = 32;

  private static final int LEAST_GREEDY = 3;
  private static final int MOST_GREEDY = 5;

  /** A text being written. */
  private static final class Text {
    private final int[] tokens;
    private final TokenSampler draws;
    private final int greedyUntil;
    private int length;
    private boolean ended;

    Text(int[] first, int length, TokenSampler draws, int greedy) {
      this.tokens = Arrays.copyOf(first, length);
      this.length = first.length;
      this.draws = draws;
      this.greedyUntil = first.length + greedy;
    }

    void add(float[] logits, TokenSampler greedy, OptionalInt eos) {
      if (!ended && length < tokens.length) {
        int next = (length < greedyUntil ? greedy : draws).choose(logits);
        tokens[length++] = next;
        ended = eos.isPresent() && eos.getAsInt() == next;
      }
    }

    int last() {
      return tokens[length - 1];
    }
  }

  /**
   * Writes.
   *
   * @param manager parent of what is needed on the way
   * @param count of texts
   * @param done told how many are written
   * @return the texts' tokens, one after the other
   */
  public int[] write(
      NDManager manager, CausalModel model, Teacher teacher, int count, IntConsumer done) {
    List<int[]> all = new ArrayList<>();
    for (int from = 0; from < count; from += BATCH) {
      List<Text> batch = new ArrayList<>();
      for (int i = from; i < Math.min(count, from + BATCH); i++) {
        batch.add(start(i, model.vocabularySize()));
      }
      fill(manager, model, teacher, batch);
      batch.forEach(text -> all.add(Arrays.copyOf(text.tokens, text.length)));
      done.accept(all.size());
    }
    return all.stream().flatMapToInt(Arrays::stream).toArray();
  }

  private Text start(int index, int vocabulary) {
    SplittableRandom random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + index);
    int first = random.nextInt(vocabulary);
    int[] begin = bos.isPresent() ? new int[] {bos.getAsInt(), first} : new int[] {first};
    int greedy = LEAST_GREEDY + random.nextInt(MOST_GREEDY - LEAST_GREEDY + 1);
    return new Text(begin, length, new TokenSampler(1, 1, random.nextLong()), greedy);
  }

  private void fill(NDManager manager, CausalModel model, Teacher teacher, List<Text> batch) {
    TokenSampler greedy = new TokenSampler(0, 1, 0);
    try (NDManager owner = manager.newSubManager();
        KeyValueCache cache = KeyValueCache.of(owner, model, batch.size(), length)) {
      int[][] ids =
          batch.stream().map(text -> Arrays.copyOf(text.tokens, text.length)).toArray(int[][]::new);
      while (cache.length() + ids[0].length < length && batch.stream().anyMatch(t -> !t.ended)) {
        float[] logits;
        try (NDManager step = owner.newSubManager()) {
          NDArray last = teacher.lastLogits(step, ids, cache);
          logits = last.toFloatArray();
        }
        int vocabulary = logits.length / batch.size();
        for (int i = 0; i < batch.size(); i++) {
          batch
              .get(i)
              .add(Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary), greedy, eos);
        }
        ids = batch.stream().map(text -> new int[] {text.last()}).toArray(int[][]::new);
      }
    }
  }
}
