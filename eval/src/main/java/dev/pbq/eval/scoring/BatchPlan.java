package dev.pbq.eval.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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

  private final int sequences;
  private final List<PlannedBatch> batches;

  private BatchPlan(int sequences, List<PlannedBatch> batches) {
    if (sequences == 0) {
      throw new IllegalArgumentException("no sequences");
    }
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
    int[] order = IntStream.range(0, sequences.length).toArray();
    return new BatchPlan(sequences.length, cut(slices, order, tokens, false));
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
    int[] order = IntStream.range(0, sequences.size()).toArray();
    longestFirst(sequences, order);
    return new BatchPlan(sequences.size(), cut(sequences, order, tokens, padded));
  }

  /**
   * Batches of sequences whose common beginnings are run once.
   *
   * @param sequences each of at least one token, in lexicographic order
   * @param alone tokens at the end of each sequence whose hidden states are wanted, at least one:
   *     they are no part of a beginning
   * @param tokens the budget
   */
  static BatchPlan sharing(List<TokenSlice> sequences, int[] alone, int tokens) {
    return new BatchPlan(
        sequences.size(), new SharedBeginnings(sequences, alone, tokens).batches());
  }

  /** Orders indices of sequences. */
  static void longestFirst(List<TokenSlice> sequences, int[] order) {
    int[] sorted =
        Arrays.stream(order)
            .boxed()
            .sorted(Comparator.comparingInt(i -> -sequences.get(i).length()))
            .mapToInt(Integer::intValue)
            .toArray();
    System.arraycopy(sorted, 0, order, 0, order.length);
  }

  /** Some sequences, cut into batches in the order given. */
  static List<PlannedBatch> cut(
      List<TokenSlice> sequences, int[] order, int tokens, boolean padded) {
    List<PlannedBatch> batches = new ArrayList<>();
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
        batches.add(plain(sequences, Arrays.copyOfRange(order, first, i)));
        first = i;
        both = length;
      }
      longest = both;
    }
    if (order.length > 0) {
      batches.add(plain(sequences, Arrays.copyOfRange(order, first, order.length)));
    }
    return batches;
  }

  private static PlannedBatch plain(List<TokenSlice> sequences, int[] indices) {
    return PlannedBatch.of(SequenceBatch.of(sequences, indices, 0));
  }

  /** How many sequences there are in all. */
  public int sequences() {
    return sequences;
  }

  /** Tokens that are run, padding left out. */
  long tokens() {
    long tokens = 0;
    for (PlannedBatch batch : batches) {
      tokens += (long) batch.beginnings().length * batch.start();
      for (PlannedBatch.Part part : batch.parts()) {
        tokens += Arrays.stream(part.sequences().lengths()).sum();
      }
    }
    return tokens;
  }

  /** All of them, in the order in which they are run. */
  List<PlannedBatch> batches() {
    return Collections.unmodifiableList(batches);
  }
}
