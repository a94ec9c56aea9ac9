package dev.pbq.arb;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.linalg.BlockCompensation;

/** How a block's error is taken from later columns; see {@link BlockCompensation}. */
public enum Compensation {
  @JsonProperty("none")
  NONE(BlockCompensation.NONE),
  @JsonProperty("diag")
  DIAG(BlockCompensation.DIAG),
  @JsonProperty("exact")
  EXACT(BlockCompensation.EXACT);

  private final BlockCompensation form;

  Compensation(BlockCompensation form) {
    this.form = form;
  }

  BlockCompensation form() {
    return form;
  }
}
