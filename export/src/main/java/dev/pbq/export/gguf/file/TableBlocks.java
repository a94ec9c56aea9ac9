package dev.pbq.export.gguf.file;

/** Blocks whose codes stand for numbers of a table that is not uniform: {@code iq4_nl}. */
final class TableBlocks {
  private TableBlocks() {}

  private static int value(int code) {
    return switch (code) {
      case 0 -> -127;
      case 1 -> -104;
      case 2 -> -83;
      case 3 -> -65;
      case 4 -> -49;
      case 5 -> -35;
      case 6 -> -22;
      case 7 -> -10;
      case 8 -> 1;
      case 9 -> 13;
      case 10 -> 25;
      case 11 -> 38;
      case 12 -> 53;
      case 13 -> 69;
      case 14 -> 89;
      default -> 113;
    };
  }

  /** 32 weights: d, 16 bytes of two codes. */
  static void iq4nl(byte[] in, int at, float[] out, int to) {
    put(Bytes.f16(in, at), in, at + 2, out, to);
  }

  /** 256 weights: d, 8 high parts and 8 low parts of scales, then 8 times 16 bytes of two codes. */
  static void iq4xs(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at);
    int high = Bytes.u16(in, at + 2);
    for (int group = 0; group < 8; group++) {
      int low = (Bytes.u8(in, at + 4 + group / 2) >> (4 * (group % 2))) & 15;
      int scale = (low | (((high >> (2 * group)) & 3) << 4)) - 32;
      put(d * scale, in, at + 8 + 16 * group, out, to + 32 * group);
    }
  }

  private static void put(float scale, byte[] in, int at, float[] out, int to) {
    for (int j = 0; j < 16; j++) {
      int b = Bytes.u8(in, at + j);
      out[to + j] = scale * value(b & 15);
      out[to + 16 + j] = scale * value(b >> 4);
    }
  }
}
