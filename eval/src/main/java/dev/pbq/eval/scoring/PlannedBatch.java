package dev.pbq.eval.scoring;

import java.util.List;

/**
 * Sequences that are run together. Several of them may begin with the same tokens, which are then
 * run once: every sequence of {@code parts} continues one of {@code beginnings}.
 *
 * @param beginnings [beginnings][tokens], all of one length; none if nothing is shared
 * @param parts what is run after them, or on its own
 */
record PlannedBatch(int[][] beginnings, List<Part> parts) {
  /**
   * Sequences of nearly one length.
   *
   * @param beginnings for each sequence the index of what it continues; empty if nothing is shared
   * @param sequences their tokens behind the beginning
   */
  record Part(long[] beginnings, SequenceBatch sequences) {}

  PlannedBatch {
    parts = List.copyOf(parts);
  }

  /** Sequences that share nothing. */
  static PlannedBatch of(SequenceBatch sequences) {
    return new PlannedBatch(new int[0][], List.of(new Part(new long[0], sequences)));
  }

  /** Whether there are beginnings. */
  boolean shares() {
    return beginnings.length > 0;
  }

  /** Tokens of a beginning. */
  int start() {
    return shares() ? beginnings[0].length : 0;
  }

  /** How many sequences there are. */
  int size() {
    return parts.stream().mapToInt(part -> part.sequences().size()).sum();
  }
}
