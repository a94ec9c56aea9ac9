package dev.pbq.export.gguf.file;

/**
 * A tensor's entry in a GGUF file, checked: its bytes are inside the file.
 *
 * @param name in the file
 * @param type of its elements
 * @param rows product of all dimensions but the innermost; 1 for a vector
 * @param cols the innermost dimension, a multiple of the type's block
 * @param dimensions how many there are, 1 to 4
 * @param position of its first byte in the file
 */
public record GgufTensor(
    String name, GgmlType type, long rows, int cols, int dimensions, long position) {
  /** Bytes of a row. */
  public int rowBytes() {
    return cols / type.blockSize() * type.blockBytes();
  }

  /** Stored bytes. */
  public long byteCount() {
    return rows * rowBytes();
  }

  /** How many numbers. */
  public long elementCount() {
    return rows * cols;
  }
}
