package dev.pbq.core.packed;

import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes the parts that all families store in the same way, and counts their bits. */
final class Parts {
  private Parts() {}

  /** Writes the attributes of layers in groups of columns. */
  static void putHeader(
      PackedWriter out, int version, QuantizedLinear linear, int groupSize, String scaleDtype) {
    putShape(out, version, linear);
    out.attribute("group_size", groupSize);
    out.attribute("scale_dtype", scaleDtype);
  }

  /** Writes the attributes that every layer has. */
  static void putShape(PackedWriter out, int version, QuantizedLinear linear) {
    out.attribute("family", linear.family());
    out.attribute("version", version);
    out.attribute("rows", linear.rows());
    out.attribute("cols", linear.cols());
  }

  static void putBytes(PackedWriter out, String part, byte[] bytes) {
    out.tensor(part, DType.U8, new long[] {bytes.length}, bytes);
  }

  /** Writes parameters that are already rounded to {@code type}. */
  static void putFloats(
      PackedWriter out, String part, ScaleDtype type, float[] values, long... shape) {
    int size = Math.multiplyExact(values.length, type.dtype().bytes());
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case F16 -> {
        for (float v : values) {
          bytes.putShort(Half.fromFloat(v));
        }
      }
      case F32 -> bytes.asFloatBuffer().put(values);
    }
    out.tensor(part, type.dtype(), shape, bytes.array());
  }

  /** Bits that {@link #putFloats} stores. */
  static long floatBits(ScaleDtype type, float[] values) {
    return 8L * values.length * type.dtype().bytes();
  }

  /**
   * Writes zero points: an attribute if they are all the same, else a tensor of the first of U8,
   * I8, I16, I32 that holds them all.
   */
  static void putZeros(PackedWriter out, String part, int[] zeros, long... shape) {
    if (isConstant(zeros)) {
      out.attribute(part, zeros[0]);
      return;
    }
    DType type = narrowest(zeros);
    int size = Math.multiplyExact(zeros.length, type.bytes());
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int z : zeros) {
      switch (type.bytes()) {
        case 1 -> bytes.put((byte) z);
        case 2 -> bytes.putShort((short) z);
        default -> bytes.putInt(z);
      }
    }
    out.tensor(part, type, shape, bytes.array());
  }

  /** Bits that {@link #putZeros} stores in a tensor. */
  static long zeroBits(int[] zeros) {
    return isConstant(zeros) ? 0 : 8L * zeros.length * narrowest(zeros).bytes();
  }

  /** What codes of this width are counted as. */
  static BitKind kind(int codeBits) {
    return codeBits == 1 ? BitKind.SIGNS : BitKind.CODES;
  }

  /** The name of a scale type in the descriptor. */
  static String id(ScaleDtype type) {
    return switch (type) {
      case F16 -> "f16";
      case F32 -> "f32";
    };
  }

  private static boolean isConstant(int[] zeros) {
    for (int z : zeros) {
      if (z != zeros[0]) {
        return false;
      }
    }
    return true;
  }

  private static DType narrowest(int[] zeros) {
    int min = Integer.MAX_VALUE;
    int max = Integer.MIN_VALUE;
    for (int z : zeros) {
      min = Math.min(min, z);
      max = Math.max(max, z);
    }
    if (min >= 0 && max <= 255) {
      return DType.U8;
    }
    if (min >= Byte.MIN_VALUE && max <= Byte.MAX_VALUE) {
      return DType.I8;
    }
    return min >= Short.MIN_VALUE && max <= Short.MAX_VALUE ? DType.I16 : DType.I32;
  }
}
