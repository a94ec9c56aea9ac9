package dev.pbq.gptqpb;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the limits of a grid are chosen. */
enum RangeChoice {
  /** The smallest and the largest weight. */
  @JsonProperty("minmax")
  MIN_MAX,
  /** Those with the least squared error. */
  @JsonProperty("mse")
  SQUARED_ERROR,
  /** Those with the least squared error, each column weighed by what its error costs. */
  @JsonProperty("hessian")
  WEIGHTED_ERROR
}
