package dev.pbq.arb.choice;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The two rules for the 81 break points that are tried, for f = 0.10, 0.11, ..., 0.90. */
public enum BreakPoints {
  /** The f-quantile of the magnitudes: the published code, and the text of BiLLM. */
  @JsonProperty("percentile")
  PERCENTILE,
  /** f times the largest magnitude: BiLLM's Algorithm 2. */
  @JsonProperty("max-fraction")
  MAX_FRACTION
}
