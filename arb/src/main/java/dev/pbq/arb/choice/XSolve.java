package dev.pbq.arb.choice;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How the fit under the calibration metric finds the shift and the scales of a row once its signs
 * are fixed.
 */
public enum XSolve {
  /** One parameter after the other, round by round, as published. */
  @JsonProperty("sequential")
  SEQUENTIAL,

  /**
   * All parameters of a row at once, by its linear system of two or three equations: what the
   * rounds converge to. Where the system does not determine a parameter (a plane whose signs are
   * all equal cannot be told from the shift, inputs that are zero do not determine it) that
   * parameter keeps the value it starts with and the others are the best beside it.
   */
  @JsonProperty("joint")
  JOINT
}
