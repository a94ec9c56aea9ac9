package dev.pbq.export.gguf.model;

import dev.pbq.export.gguf.file.GgufTensor;

/**
 * A tensor of the model as a part of one in the file.
 *
 * @param name in the model
 * @param tensor in the file
 * @param firstRow where the part begins; elements for a vector
 * @param rows of the part; elements for a vector
 * @param heads whose rows stand in pairs in the file; 0 if they are in order
 * @param shift is added to every value
 * @param inBlock whether it is the weight of one of a block's linears
 */
record TensorView(
    String name,
    GgufTensor tensor,
    int firstRow,
    int rows,
    int heads,
    float shift,
    boolean inBlock) {

  boolean isVector() {
    return tensor.dimensions() == 1;
  }

  long[] shape() {
    return isVector() ? new long[] {rows} : new long[] {rows, tensor.cols()};
  }

  /**
   * Where row {@code row} of the model's tensor stands in the file's: there row 2 k + p of a head
   * is row p width / 2 + k of it.
   */
  int fileRow(int row) {
    if (heads == 0) {
      return firstRow + row;
    }
    int width = rows / heads;
    int inHead = row % width;
    return firstRow + row - inHead + inHead % (width / 2) * 2 + inHead / (width / 2);
  }
}
