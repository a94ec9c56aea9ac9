package dev.pbq.export.gguf.file;

import dev.pbq.core.tensor.Half;

/**
 * Single numbers, and blocks with one scale: {@code block_q4_0} and its kin in ggml. Each weight is
 * a code times a binary16 scale d, in some types plus a binary16 offset m.
 */
final class SmallBlocks {
  private static final int HALF_BLOCK = 16;

  private SmallBlocks() {}

  static void f32(byte[] in, int at, float[] out, int to) {
    out[to] = Bytes.f32(in, at);
  }

  static void f16(byte[] in, int at, float[] out, int to) {
    out[to] = Bytes.f16(in, at);
  }

  static void bf16(byte[] in, int at, float[] out, int to) {
    out[to] = Half.bfloatToFloat((short) Bytes.u16(in, at));
  }

  /** 32 weights: d, 16 bytes of two codes; codes less 8. */
  static void q40(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at);
    for (int j = 0; j < HALF_BLOCK; j++) {
      int b = Bytes.u8(in, at + 2 + j);
      out[to + j] = d * ((b & 15) - 8);
      out[to + HALF_BLOCK + j] = d * ((b >> 4) - 8);
    }
  }

  /** 32 weights: d, m, 16 bytes of two codes. */
  static void q41(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at);
    float m = Bytes.f16(in, at + 2);
    for (int j = 0; j < HALF_BLOCK; j++) {
      int b = Bytes.u8(in, at + 4 + j);
      out[to + j] = d * (b & 15) + m;
      out[to + HALF_BLOCK + j] = d * (b >> 4) + m;
    }
  }

  /** 32 weights: d, 32 high bits, 16 bytes of two low parts; codes less 16. */
  static void q50(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at);
    int high = Bytes.i32(in, at + 2);
    for (int j = 0; j < HALF_BLOCK; j++) {
      int b = Bytes.u8(in, at + 6 + j);
      out[to + j] = d * (((b & 15) | (bit(high, j) << 4)) - 16);
      out[to + HALF_BLOCK + j] = d * (((b >> 4) | (bit(high, j + HALF_BLOCK) << 4)) - 16);
    }
  }

  /** 32 weights: d, m, 32 high bits, 16 bytes of two low parts. */
  static void q51(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at);
    float m = Bytes.f16(in, at + 2);
    int high = Bytes.i32(in, at + 4);
    for (int j = 0; j < HALF_BLOCK; j++) {
      int b = Bytes.u8(in, at + 8 + j);
      out[to + j] = d * ((b & 15) | (bit(high, j) << 4)) + m;
      out[to + HALF_BLOCK + j] = d * ((b >> 4) | (bit(high, j + HALF_BLOCK) << 4)) + m;
    }
  }

  private static int bit(int bits, int index) {
    return (bits >>> index) & 1;
  }

  /** 32 weights: d, signed bytes. */
  static void q80(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at);
    for (int j = 0; j < 2 * HALF_BLOCK; j++) {
      out[to + j] = in[at + 2 + j] * d;
    }
  }

  /** 128 weights: d, a bit each: 1 for d, 0 for -d. */
  static void q10(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at);
    for (int j = 0; j < 128; j++) {
      out[to + j] = ((in[at + 2 + j / 8] >> (j % 8)) & 1) == 1 ? d : -d;
    }
  }

  /** 64 weights: d, two bits each; codes less 1. */
  static void q20(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at);
    for (int j = 0; j < 64; j++) {
      out[to + j] = (((in[at + 2 + j / 4] >> (2 * (j % 4))) & 3) - 1) * d;
    }
  }

  /** 256 weights: two halves of 32 bytes, each byte four weights that are 32 apart; then d. */
  static void tq20(byte[] in, int at, float[] out, int to) {
    float d = Bytes.f16(in, at + 64);
    for (int j = 0; j < 256; j++) {
      int b = in[at + j / 128 * 32 + j % 32];
      out[to + j] = (((b >> (2 * (j % 128 / 32))) & 3) - 1) * d;
    }
  }
}
