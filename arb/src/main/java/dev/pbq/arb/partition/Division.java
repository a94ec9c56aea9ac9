package dev.pbq.arb.partition;

/** Which of the two bitmaps a division uses (ARB-LLM, table 4c). */
public enum Division {
  /** Salient columns apart from the rest, and the rest (with CGB both) split by magnitude. */
  BOTH,
  /** Salient columns with two planes, all others with one. */
  COLUMNS,
  /** No salient columns; all weights split by magnitude, one plane. */
  GROUPS,
  /** One group, one plane. */
  NONE;

  boolean hasColumns() {
    return this == BOTH || this == COLUMNS;
  }

  boolean hasGroups() {
    return this == BOTH || this == GROUPS;
  }
}
