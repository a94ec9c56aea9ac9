package dev.pbq.export.gguf.file;

/** Turns one block of a ggml type into float32. */
@FunctionalInterface
interface BlockDecoder {
  /**
   * Decodes a block.
   *
   * @param in holds the block's bytes from {@code at} on
   * @param out takes its weights from {@code to} on
   */
  void decode(byte[] in, int at, float[] out, int to);
}
