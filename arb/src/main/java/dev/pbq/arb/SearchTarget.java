package dev.pbq.arb;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The matrix whose binarization error decides a division into groups. */
public enum SearchTarget {
  /** T: the published program. */
  @JsonProperty("metric")
  METRIC,
  /** The weights; T only orders the columns: BiLLM's paper, algorithm 2. */
  @JsonProperty("weight")
  WEIGHT
}
