package dev.pbq.export.gguf;

/**
 * The order of the rows of q and k in llama-architecture files: the rotary embedding there pairs
 * neighbouring rows of a head, where Hugging Face's pairs row j with row j + width/2. Only whole
 * rows move, so blocks along rows move with them.
 */
final class RowOrder {
  private RowOrder() {}

  /**
   * Where a row of the file comes from.
   *
   * @param row of the file
   * @param width rows of a head
   */
  static int source(int row, int width) {
    int head = row / width;
    int inHead = row % width;
    return head * width + inHead % 2 * (width / 2) + inHead / 2;
  }
}
