package dev.pbq.export.gguf;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Types of tensors in a GGUF file; ids and block sizes are ggml's. */
enum GgufType {
  F32(0, 1, 4, 0),
  F16(1, 1, 2, 1),
  BF16(30, 1, 2, 32),
  Q1_0(41, 128, 18, 40),
  TQ2_0(35, 256, 66, 37),
  Q2_0(42, 64, 18, 41),
  Q4_0(2, 32, 18, 2),
  Q4_1(3, 32, 20, 3),
  Q8_0(8, 32, 34, 7);

  /** Weights that one task handles. */
  private static final int TASK = 1 << 14;

  private final int id;
  private final int blockSize;
  private final int blockBytes;
  private final int fileType;

  GgufType(int id, int blockSize, int blockBytes, int fileType) {
    this.id = id;
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
    this.fileType = fileType;
  }

  /** The number in the tensor's entry. */
  int id() {
    return id;
  }

  /** Consecutive weights of a row that share a block. */
  int blockSize() {
    return blockSize;
  }

  /** How many blocks one task handles. */
  int blocksPerTask() {
    return TASK / blockSize;
  }

  /** Bytes of a block. */
  int blockBytes() {
    return blockBytes;
  }

  /** The value of {@code general.file_type} for a model mostly of this type. */
  int fileType() {
    return fileType;
  }

  /** Whether weights are codes on a grid, in blocks. */
  boolean isQuantized() {
    return blockSize > 1;
  }

  /** Whether rows of a length are whole blocks. */
  boolean fits(int cols) {
    return cols % blockSize == 0;
  }

  /** Bytes of a row, which must fit. */
  int rowBytes(int cols) {
    return Math.multiplyExact(cols / blockSize, blockBytes);
  }

  /** The name that users write. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type of a name, in either case. */
  static Optional<GgufType> of(String label) {
    return Arrays.stream(values()).filter(t -> t.name().equalsIgnoreCase(label)).findFirst();
  }
}
