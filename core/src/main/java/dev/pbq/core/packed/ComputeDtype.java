package dev.pbq.core.packed;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.tensor.Half;

/**
 * The precision that a layer's values are defined in: every operation of its dequantization is
 * computed in float32 and rounded to this type. The reference program of HQQ dequantizes in the
 * type that its model runs in; layers that come from it keep that type.
 */
public enum ComputeDtype {
  /** float32: nothing is rounded beyond it. */
  @JsonProperty("f32")
  F32,
  /** binary16. */
  @JsonProperty("f16")
  F16,
  /** bfloat16. */
  @JsonProperty("bf16")
  BF16;

  /** The nearest number of this type, half to even. */
  public float round(float value) {
    return switch (this) {
      case F32 -> value;
      case F16 -> Half.round(value);
      case BF16 -> Half.bfloatToFloat(Half.bfloatFromFloat(value));
    };
  }

  /** The value of a code: {@code (code - zero) * scale}, both operations rounded. */
  public float value(int code, float zero, float scale) {
    return this == F32 ? (code - zero) * scale : round(round(code - zero) * scale);
  }
}
