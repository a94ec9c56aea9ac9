package dev.pbq.arb.choice;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The setting that says which codes are chosen again column by column, the error of each column
 * compensated in the next ones.
 */
public enum CodeChoice {
  /** None: all codes stay as the fit left them, as published. */
  @JsonProperty("none")
  NONE,
  /** Signs; every weight stays in its group. */
  @JsonProperty("signs")
  SIGNS,
  /**
   * Signs and group: each weight takes the nearest of all values that its side of the block has.
   */
  @JsonProperty("groups")
  GROUPS
}
