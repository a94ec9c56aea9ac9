package dev.pbq.eval.scoring;

import java.util.Arrays;

/**
 * Sequences that are run together, padded at their ends to one length. Attention is causal, so what
 * is computed at a sequence's own positions does not depend on the padding.
 *
 * @param indices of the sequences among all that are run
 * @param ids [indices.length][longest]: token ids; the padding is token 0
 * @param lengths tokens of each sequence without its padding
 */
public record SequenceBatch(int[] indices, int[][] ids, int[] lengths) {

  /** The batch of some of all sequences. */
  static SequenceBatch of(int[][] sequences, int[] indices) {
    int[] lengths = new int[indices.length];
    int longest = 0;
    for (int i = 0; i < indices.length; i++) {
      lengths[i] = sequences[indices[i]].length;
      longest = Math.max(longest, lengths[i]);
    }
    int[][] ids = new int[indices.length][];
    for (int i = 0; i < indices.length; i++) {
      ids[i] = Arrays.copyOf(sequences[indices[i]], longest);
    }
    return new SequenceBatch(indices, ids, lengths);
  }

  /** How many sequences there are. */
  public int size() {
    return ids.length;
  }

  /** Tokens of every sequence, the padding included. */
  public int tokens() {
    return ids[0].length;
  }
}
