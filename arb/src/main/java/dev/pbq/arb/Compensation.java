package dev.pbq.arb;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.linalg.BlockCompensation;

/**
 * The setting that says how the error of a block is spread over later columns; see {@link
 * BlockCompensation}.
 */
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
