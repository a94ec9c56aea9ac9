package dev.pbq.eval.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences cut into batches. A batch holds as many sequences as fit a budget of tokens, padding
 * included: small models need large batches to be fast, large ones need small batches to fit.
 */
public final class BatchPlan {
  /** Values (tokens * width) that a batch may have: 2048 tokens of a 7B model. */
  private static final long BATCH_VALUES = 2048L * 4096;

  /** Tokens beyond which a larger batch gains nothing even for tiny models. */
  private static final int BATCH_TOKENS = 8192;

  private final List<TokenSlice> sequences;
  private final List<int[]> batches;

  private BatchPlan(List<TokenSlice> sequences, List<int[]> batches) {
    this.sequences = sequences;
    this.batches = batches;
  }

  /** The budget that suits a model of a hidden size. */
  public static int defaultTokens(int hiddenSize) {
    return (int) Math.max(1, Math.min(BATCH_VALUES / hiddenSize, BATCH_TOKENS));
  }

  /**
   * Batches of consecutive sequences of equal length.
   *
   * @param sequences token ids; each of at least one token
   * @param tokens the budget; a longer sequence is alone in its batch
   */
  public static BatchPlan inOrder(int[][] sequences, int tokens) {
    List<TokenSlice> slices = Arrays.stream(sequences).map(TokenSlice::of).toList();
    return of(slices, IntStream.range(0, sequences.length).toArray(), tokens, false);
  }

  /**
   * Batches of sequences of nearly equal length, the longest first: little is padded, and what does
   * not fit into memory fails at once.
   *
   * @param sequences each of at least one token
   * @param tokens the budget, padding included
   * @param padded whether sequences of different lengths may share a batch
   */
  static BatchPlan byLength(List<TokenSlice> sequences, int tokens, boolean padded) {
    int[] order =
        IntStream.range(0, sequences.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -sequences.get(i).length()))
            .mapToInt(Integer::intValue)
            .toArray();
    return of(sequences, order, tokens, padded);
  }

  private static BatchPlan of(List<TokenSlice> sequences, int[] order, int tokens, boolean padded) {
    if (order.length == 0) {
      throw new IllegalArgumentException("no sequences");
    }
    List<int[]> batches = new ArrayList<>();
    int first = 0;
    int longest = 0;
    for (int i = 0; i < order.length; i++) {
      int length = sequences.get(order[i]).length();
      if (length == 0) {
        throw new IllegalArgumentException("sequence " + order[i] + " is empty");
      }
      int both = Math.max(longest, length);
      boolean fits = (long) both * (i + 1 - first) <= tokens && (padded || length == longest);
      if (i > first && !fits) {
        batches.add(Arrays.copyOfRange(order, first, i));
        first = i;
        both = length;
      }
      longest = both;
    }
    batches.add(Arrays.copyOfRange(order, first, order.length));
    return new BatchPlan(List.copyOf(sequences), batches);
  }

  /** How many sequences there are in all. */
  public int sequences() {
    return sequences.size();
  }

  /** How many batches. */
  public int batches() {
    return batches.size();
  }

  /** One of them. */
  public SequenceBatch batch(int index) {
    return SequenceBatch.of(sequences, batches.get(index));
  }
}
