package dev.pbq.core.linalg;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/** A block of float64 in native memory, freed by {@link #close} alone. */
final class NativeDoubles implements AutoCloseable {
  private final long length;
  private DoublePointer base;

  /** Allocates without clearing. */
  NativeDoubles(long length) {
    this(length, Pointer.malloc(NativeFloats.bytes(length, Double.BYTES)));
  }

  private NativeDoubles(long length, Pointer memory) {
    NativeFloats.requireAllocated(memory, length, Double.BYTES);
    this.length = length;
    this.base = new DoublePointer(memory);
  }

  /** Allocates zeros. */
  static NativeDoubles zeros(long length) {
    return new NativeDoubles(length, Pointer.calloc(Math.max(1, length), Double.BYTES));
  }

  /** The address of element {@code index}; valid until {@link #close}. */
  DoublePointer at(long index) {
    if (base == null) {
      throw new IllegalStateException("native memory used after it was freed");
    }
    if (index < 0 || index > length) {
      throw new IndexOutOfBoundsException("element " + index + " of " + length);
    }
    return base.getPointer(index);
  }

  void get(long index, double[] destination, int offset, int count) {
    checkRange(index, count);
    at(index).get(destination, offset, count);
  }

  void put(long index, double[] source, int offset, int count) {
    checkRange(index, count);
    at(index).put(source, offset, count);
  }

  private void checkRange(long index, int count) {
    if (count < 0 || index + count > length) {
      throw new IndexOutOfBoundsException(
          "elements " + index + " to " + (index + count) + " of " + length);
    }
  }

  @Override
  public void close() {
    if (base != null) {
      Pointer.free(base);
      base = null;
    }
  }
}
