package dev.pbq.export.gguf.file;

import dev.pbq.core.packed.BitAccount;
import dev.pbq.core.packed.BitKind;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The types of tensors that can be read; numbers, names and sizes are ggml's. */
public enum GgmlType {
  F32(0, 1, 4, 4, SmallBlocks::f32),
  F16(1, 1, 2, 2, SmallBlocks::f16),
  BF16(30, 1, 2, 2, SmallBlocks::bf16),
  Q4_0(2, 32, 18, 16, SmallBlocks::q40),
  Q4_1(3, 32, 20, 16, SmallBlocks::q41),
  Q5_0(6, 32, 22, 20, SmallBlocks::q50),
  Q5_1(7, 32, 24, 20, SmallBlocks::q51),
  Q8_0(8, 32, 34, 32, SmallBlocks::q80),
  Q2_K(10, 256, 84, 64, SuperBlocks::q2k),
  Q3_K(11, 256, 110, 96, SuperBlocks::q3k),
  Q4_K(12, 256, 144, 128, SuperBlocks::q4k),
  Q5_K(13, 256, 176, 160, SuperBlocks::q5k),
  Q6_K(14, 256, 210, 192, SuperBlocks::q6k),
  Q8_K(15, 256, 292, 256, SuperBlocks::q8k),
  IQ4_NL(20, 32, 18, 16, TableBlocks::iq4nl),
  IQ4_XS(23, 256, 136, 128, TableBlocks::iq4xs),
  TQ2_0(35, 256, 66, 64, SmallBlocks::tq20),
  Q1_0(41, 128, 18, 16, SmallBlocks::q10),
  Q2_0(42, 64, 18, 16, SmallBlocks::q20);

  private final int id;
  private final int blockSize;
  private final int blockBytes;
  private final int codeBytes;

  @SuppressWarnings("ImmutableEnumChecker") // a reference to a static method
  private final BlockDecoder decoder;

  GgmlType(int id, int blockSize, int blockBytes, int codeBytes, BlockDecoder decoder) {
    this.id = id;
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
    this.codeBytes = codeBytes;
    this.decoder = decoder;
  }

  /** The type of a number in a tensor's entry; empty if it cannot be read. */
  static Optional<GgmlType> of(long id) {
    return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
  }

  /** Consecutive weights of a row that share a block; 1 for single numbers. */
  public int blockSize() {
    return blockSize;
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return blockBytes;
  }

  /** Whether weights are codes with scales. */
  public boolean isQuantized() {
    return blockSize > 1;
  }

  /**
   * Decodes whole blocks to exactly what ggml's reference gives in float32.
   *
   * @param in blocks from its start on
   * @param count of weights, a multiple of {@link #blockSize()}
   */
  public void decode(byte[] in, int count, float[] out) {
    for (int i = 0, at = 0; i < count; i += blockSize, at += blockBytes) {
      decoder.decode(in, at, out, i);
    }
  }

  /** The stored bits of so many weights, which are whole blocks. */
  public BitAccount bits(long weights) {
    long blocks = weights / blockSize;
    if (!isQuantized()) {
      return new BitAccount(weights, Map.of(BitKind.RAW, 8 * blocks * blockBytes));
    }
    return new BitAccount(
        weights,
        Map.of(
            this == Q1_0 ? BitKind.SIGNS : BitKind.CODES,
            8 * blocks * codeBytes,
            BitKind.SCALES,
            8 * blocks * (blockBytes - codeBytes)));
  }
}
