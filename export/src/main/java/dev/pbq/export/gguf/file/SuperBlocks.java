package dev.pbq.export.gguf.file;

/**
 * K-quants: blocks of 256 weights in groups of 16 or 32, whose scales, and in some types offsets,
 * are small integers times a binary16 factor. Layouts as in ggml's {@code block_q2_K} and its kin.
 * The order of the products, each rounded to float32, is that of ggml's reference: (d * scale) *
 * code - (dmin * offset).
 */
final class SuperBlocks {
  private static final int SIZE = 256;

  private SuperBlocks() {}

  /** 16 bytes of scale and offset (4 bits each), 64 bytes of four codes, d, dmin. */
  static void q2k(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at + 80);
    float min = Bytes.f16(in, at + 82);
    for (int i = 0; i < SIZE; i++) {
      int group = Bytes.u8(in, at + i / 16);
      int code = (in[at + 16 + i / 128 * 32 + i % 32] >> (2 * (i % 128 / 32))) & 3;
      out[to + i] = d * (group & 15) * code - min * (group >> 4);
    }
  }

  /** 32 bytes of high bits, inverted; 64 bytes of four low parts; 12 bytes of scales; d. */
  static void q3k(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at + 108);
    for (int i = 0; i < SIZE; i++) {
      int group = i / 16;
      int low = (Bytes.u8(in, at + 96 + group % 8) >> (4 * (group / 8))) & 15;
      int high = (Bytes.u8(in, at + 104 + group % 4) >> (2 * (group / 4))) & 3;
      int scale = (low | (high << 4)) - 32;
      int code = (in[at + 32 + i / 128 * 32 + i % 32] >> (2 * (i % 128 / 32))) & 3;
      int below = ((in[at + i % 32] >> (i / 32)) & 1) == 1 ? 0 : 4;
      out[to + i] = d * scale * (code - below);
    }
  }

  /** d, dmin, 12 bytes of scales and offsets (6 bits each), 128 bytes of two codes. */
  static void q4k(byte[] in, int at, float[] out, int to) {
    for (int group = 0; group < 8; group++) {
      float scale = Bytes.f16(in, at) * scale(in, at + 4, group);
      float offset = Bytes.f16(in, at + 2) * offset(in, at + 4, group);
      for (int j = 0; j < 32; j++) {
        int code = (Bytes.u8(in, at + 16 + group / 2 * 32 + j) >> (4 * (group % 2))) & 15;
        out[to + 32 * group + j] = scale * code - offset;
      }
    }
  }

  /** d, dmin, 12 bytes of scales and offsets, 32 bytes of high bits, 128 bytes of two low parts. */
  static void q5k(byte[] in, int at, float[] out, int to) {
    for (int group = 0; group < 8; group++) {
      float scale = Bytes.f16(in, at) * scale(in, at + 4, group);
      float offset = Bytes.f16(in, at + 2) * offset(in, at + 4, group);
      for (int j = 0; j < 32; j++) {
        int low = (Bytes.u8(in, at + 48 + group / 2 * 32 + j) >> (4 * (group % 2))) & 15;
        int high = (in[at + 16 + j] >> group) & 1;
        out[to + 32 * group + j] = scale * (low | (high << 4)) - offset;
      }
    }
  }

  /** The first four of each kind have their own bytes; the high bits of those hold the others'. */
  private static int scale(byte[] in, int at, int group) {
    return group < 4
        ? in[at + group] & 63
        : (in[at + 4 + group] & 15) | ((Bytes.u8(in, at + group - 4) >> 6) << 4);
  }

  private static int offset(byte[] in, int at, int group) {
    return group < 4
        ? in[at + 4 + group] & 63
        : (Bytes.u8(in, at + 4 + group) >> 4) | ((Bytes.u8(in, at + group) >> 6) << 4);
  }

  /** 128 bytes of two low parts, 64 bytes of four high parts, 16 signed scales, d. */
  static void q6k(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at + 208);
    for (int i = 0; i < SIZE; i++) {
      int half = i / 128;
      int quarter = i % 128 / 32;
      int low = (Bytes.u8(in, at + half * 64 + i % 64) >> (4 * (quarter / 2))) & 15;
      int high = (in[at + 128 + half * 32 + i % 32] >> (2 * quarter)) & 3;
      out[to + i] = d * in[at + 192 + i / 16] * ((low | (high << 4)) - 32);
    }
  }

  /** A float32 scale, signed bytes, and sums that decoding does not need. */
  static void q8k(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f32(in, at);
    for (int i = 0; i < SIZE; i++) {
      out[to + i] = d * in[at + 4 + i];
    }
  }
}
