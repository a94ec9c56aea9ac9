package dev.pbq.gptqpb;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What makes a weight salient. */
public enum SalientMetric {
  /** Its magnitude |w|. */
  @JsonProperty("magnitude")
  MAGNITUDE,
  /**
   * w^2 / U[c,c]^2 with U the damped inverse factor, as the reference computes it: U[c,c]^2 is the
   * variance of input c given the inputs before it, where the paper has the diagonal of H^-1.
   */
  @JsonProperty("hessian")
  HESSIAN
}
