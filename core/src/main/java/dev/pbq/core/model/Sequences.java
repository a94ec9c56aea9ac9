package dev.pbq.core.model;

/** Checks batches of token ids. */
final class Sequences {
  private Sequences() {}

  /** The common length of the sequences. */
  static int tokens(int[][] ids) {
    if (ids.length == 0 || ids[0].length == 0) {
      throw new IllegalArgumentException("no tokens");
    }
    for (int[] sequence : ids) {
      if (sequence.length != ids[0].length) {
        throw new IllegalArgumentException(
            "sequences of " + ids[0].length + " and " + sequence.length + " tokens in one batch");
      }
    }
    return ids[0].length;
  }
}
