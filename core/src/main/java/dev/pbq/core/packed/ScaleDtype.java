package dev.pbq.core.packed;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;

/** How scales, offsets and other per-group parameters are stored. */
public enum ScaleDtype {
  /** binary16, the default. */
  @JsonProperty("f16")
  F16(DType.F16),
  /** float32: parameters exactly as computed. */
  @JsonProperty("f32")
  F32(DType.F32);

  private final DType dtype;

  ScaleDtype(DType dtype) {
    this.dtype = dtype;
  }

  public DType dtype() {
    return dtype;
  }

  /** The value as it will be read back: what a quantizer must use in place of {@code value}. */
  public float round(float value) {
    return switch (this) {
      case F16 -> Half.round(value);
      case F32 -> value;
    };
  }
}
