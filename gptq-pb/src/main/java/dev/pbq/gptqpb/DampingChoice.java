package dev.pbq.gptqpb;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the damping of the Hessian is chosen. */
enum DampingChoice {
  /** One share for all layers. */
  @JsonProperty("fixed")
  FIXED,
  /** For each layer the best of a few, on held-out calibration windows. */
  @JsonProperty("heldout")
  HELD_OUT
}
