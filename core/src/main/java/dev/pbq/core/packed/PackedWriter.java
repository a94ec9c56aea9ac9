package dev.pbq.core.packed;

import dev.pbq.core.tensor.DType;

/** A target for the parts of one quantized layer. */
public interface PackedWriter {
  /**
   * One part, stored as the tensor {@code <linear>.<part>}.
   *
   * @param part the part's name, e.g. {@code signs}
   * @param dtype element type
   * @param shape dimensions
   * @param littleEndian the bytes, little-endian, row-major; not copied, must not change afterwards
   */
  void tensor(String part, DType dtype, long[] shape, byte[] littleEndian);

  /** One attribute of the layer's descriptor: a string, integer or boolean. */
  void attribute(String key, Object value);
}
