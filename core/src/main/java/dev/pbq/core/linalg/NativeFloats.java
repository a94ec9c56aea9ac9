package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A block of float32 in native memory, freed by {@link #close} alone. It comes from malloc
 * directly, so that its owner, not the garbage collector, decides when it is freed.
 */
final class NativeFloats implements AutoCloseable {
  private final long length;
  private FloatPointer base;

  /** Allocates without clearing. */
  NativeFloats(long length) {
    this(length, Pointer.malloc(bytes(length, Float.BYTES)));
  }

  private NativeFloats(long length, Pointer memory) {
    requireAllocated(memory, length, Float.BYTES);
    this.length = length;
    this.base = new FloatPointer(memory);
  }

  /** Allocates zeros. */
  static NativeFloats zeros(long length) {
    return new NativeFloats(length, Pointer.calloc(Math.max(1, length), Float.BYTES));
  }

  /** At least one byte: what malloc returns for none is not defined. */
  static long bytes(long length, int size) {
    return Math.max(1, Math.multiplyExact(length, size));
  }

  static void requireAllocated(Pointer memory, long length, int size) {
    if (memory == null || memory.isNull()) {
      throw new PbqException(
          PbqException.Kind.RESOURCES,
          "out of memory: " + ((length * size) >> 20) + " MiB of native memory are not available");
    }
  }

  long length() {
    return length;
  }

  /** The address of element {@code index}; valid until {@link #close}. */
  FloatPointer at(long index) {
    if (base == null) {
      throw new IllegalStateException("native memory used after it was freed");
    }
    if (index < 0 || index > length) {
      throw new IndexOutOfBoundsException("element " + index + " of " + length);
    }
    return base.getPointer(index);
  }

  void get(long index, float[] destination, int offset, int count) {
    checkRange(index, count);
    at(index).get(destination, offset, count);
  }

  void put(long index, float[] source, int offset, int count) {
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
