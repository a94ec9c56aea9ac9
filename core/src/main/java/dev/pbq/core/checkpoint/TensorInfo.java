package dev.pbq.core.checkpoint;

import dev.pbq.core.tensor.DType;
import java.util.Arrays;

/**
 * One tensor of a safetensors file.
 *
 * @param name its full name
 * @param dtype element type
 * @param shape dimensions; empty for a scalar
 * @param begin first byte, relative to the end of the header
 * @param end byte after the last, relative to the end of the header
 */
public record TensorInfo(String name, DType dtype, long[] shape, long begin, long end) {
  public TensorInfo {
    shape = shape.clone();
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** The product of the dimensions; 1 for a scalar. */
  public long elementCount() {
    return (end - begin) / dtype.bytes();
  }

  /** Stored bytes. */
  public long byteCount() {
    return end - begin;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TensorInfo t
        && t.name.equals(name)
        && t.dtype == dtype
        && Arrays.equals(t.shape, shape)
        && t.begin == begin
        && t.end == end;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + Arrays.hashCode(shape)) + Long.hashCode(begin);
  }

  @Override
  public String toString() {
    return TensorNames.printable(name) + " " + dtype + Arrays.toString(shape);
  }
}
