package dev.pbq.hqq.solver;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The rule that bounds the inverse scale of a group whose weights hardly differ ({@code
 * docs/methods/hqq.md#narrow-groups}).
 */
public enum RangeGuard {
  /**
   * As the reference program: a range of at most 1e-4 gets scale 1, which makes all of the group's
   * codes equal, and no inverse scale exceeds 2e4, so that the codes of somewhat wider groups do
   * not use their whole range.
   */
  @JsonProperty("compat")
  COMPAT,
  /**
   * Every group is scaled to its range; only weights that are all equal, or too close to each other
   * for the zero point to be stored, count as constant, and keep their value whatever is rounded.
   */
  @JsonProperty("exact")
  EXACT
}
