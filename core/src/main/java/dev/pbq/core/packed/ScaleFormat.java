package dev.pbq.core.packed;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.tensor.DType;
import java.util.Locale;

/** How the vectors of scales of a {@link BinaryGroupsLinear} are stored. */
public enum ScaleFormat {
  /** binary16, what the papers count. */
  @JsonProperty("f16")
  F16(DType.F16),
  /** float32. */
  @JsonProperty("f32")
  F32(DType.F32),
  /** One byte per entry on a grid of the vector's own, whose ends are stored as float32. */
  @JsonProperty("u8")
  U8(DType.U8);

  private final DType dtype;

  ScaleFormat(DType dtype) {
    this.dtype = dtype;
  }

  /** The type of one stored entry. */
  public DType dtype() {
    return dtype;
  }

  /** The name in settings and in the layer's descriptor. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Bits that {@code vectors} vectors of {@code entries} entries in all take. */
  long bits(long vectors, long entries) {
    return 8 * entries * dtype.bytes() + (this == U8 ? 8 * ScaleGrid.BYTES * vectors : 0);
  }
}
