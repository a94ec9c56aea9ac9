package dev.pbq.export.gguf.file;

import dev.pbq.core.tensor.Half;

/** Little-endian numbers in a block. */
final class Bytes {
  private Bytes() {}

  /** Unsigned. */
  static int u8(byte[] in, int at) {
    return in[at] & 0xff;
  }

  /** Unsigned. */
  static int u16(byte[] in, int at) {
    return u8(in, at) | (u8(in, at + 1) << 8);
  }

  static int i32(byte[] in, int at) {
    return u16(in, at) | (u16(in, at + 2) << 16);
  }

  static float f16(byte[] in, int at) {
    return Half.toFloat((short) u16(in, at));
  }

  static float f32(byte[] in, int at) {
    return Float.intBitsToFloat(i32(in, at));
  }
}
