package dev.pbq.core.packed;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
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

  /** Bits of one number. */
  public int bits() {
    return Byte.SIZE * dtype.bytes();
  }

  /** The value as it will be read back: what a quantizer must use in place of {@code value}. */
  public float round(float value) {
    return switch (this) {
      case F16 -> Half.round(value);
      case F32 -> value;
    };
  }

  /**
   * The value as it will be read back, as {@link #round} gives it.
   *
   * @param layer for the message
   * @param what the value is, for the message: {@code scale}
   * @throws PbqException NUMERICAL naming the layer if the value is too large for this type
   */
  public float store(float value, String layer, String what) {
    return requireStored(round(value), value, layer, what);
  }

  /**
   * Checks a value that was made from another by rounding it.
   *
   * @param stored as it will be read back
   * @param exact what it was made of
   * @return {@code stored}
   * @throws PbqException NUMERICAL naming the layer and the exact value if the stored one is not
   *     finite
   */
  public float requireStored(float stored, float exact, String layer, String what) {
    if (!Float.isFinite(stored)) {
      throw PbqException.numerical(
          Wording.of(
              this == F16
                  ? "%s: the %s %s does not fit f16; try {scaleDtype} f32"
                  : "%s: the %s %s does not fit f32",
              layer,
              what,
              exact));
    }
    return stored;
  }
}
