package dev.pbq.arb.choice;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which of the two bitmaps a division uses (ARB-LLM, table 4c). */
public enum Division {
  /** Salient columns apart from the rest, and the rest (with CGB both) split by magnitude. */
  @JsonProperty("both")
  BOTH,
  /** Salient columns with two planes, all others with one. */
  @JsonProperty("columns")
  COLUMNS,
  /** No salient columns; all weights split by magnitude, one plane. */
  @JsonProperty("groups")
  GROUPS,
  /** One group, one plane. */
  @JsonProperty("none")
  NONE;

  public boolean hasColumns() {
    return this == BOTH || this == COLUMNS;
  }

  public boolean hasGroups() {
    return this == BOTH || this == GROUPS;
  }
}
