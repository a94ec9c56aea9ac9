package dev.pbq.eval.scoring;

import java.util.List;

/**
 * Sequences that are run together, padded at their ends to one length. Attention is causal, so what
 * is computed at a sequence's own positions does not depend on the padding.
 *
 * @param indices of the sequences among all that are run
 * @param start position of the first token that is here: those before it were run for several
 *     sequences at once
 * @param ids [indices.length][longest]: token ids; the padding is token 0
 * @param lengths tokens of each sequence that are here, without its padding
 */
public record SequenceBatch(int[] indices, int start, int[][] ids, int[] lengths) {

  /** The batch of some of all sequences, without their first {@code start} tokens. */
  static SequenceBatch of(List<TokenSlice> sequences, int[] indices, int start) {
    int[] lengths = new int[indices.length];
    int longest = 0;
    for (int i = 0; i < indices.length; i++) {
      lengths[i] = sequences.get(indices[i]).length() - start;
      longest = Math.max(longest, lengths[i]);
    }
    int[][] ids = new int[indices.length][];
    for (int i = 0; i < indices.length; i++) {
      ids[i] = sequences.get(indices[i]).from(start).padded(longest);
    }
    return new SequenceBatch(indices, start, ids, lengths);
  }

  /** How many sequences there are. */
  public int size() {
    return ids.length;
  }

  /** Tokens of every sequence that are here, the padding included. */
  public int tokens() {
    return ids[0].length;
  }
}
