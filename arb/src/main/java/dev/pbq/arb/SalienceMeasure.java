package dev.pbq.arb;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The measure T by which salient columns and groups are chosen (BiLLM, section 3.1). */
public enum SalienceMeasure {
  /** w^2 / U[c,c]^2: every published result was made with it. */
  @JsonProperty("hessian")
  HESSIAN,
  /** w itself: the default of the reference's command line. */
  @JsonProperty("magnitude")
  MAGNITUDE
}
