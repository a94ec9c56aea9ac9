package dev.pbq.formats.arithmetic;

import java.util.ArrayList;
import java.util.List;

/**
 * The division of a tensor into blocks: matrices that lie one after the other, each cut into tiles.
 * Tiles at the end of a row or column may be cut off: the zeros that the reference pads them with
 * change nothing.
 *
 * @param matrices how many
 * @param rows of each
 * @param cols of each
 * @param tileRows rows of a tile, 1..rows
 * @param tileCols columns of a tile, 1..cols
 */
public record Tiling(int matrices, int rows, int cols, int tileRows, int tileCols) {
  public Tiling {
    if (matrices < 1 || rows < 1 || cols < 1) {
      throw new IllegalArgumentException(
          "a tensor of shape [" + matrices + ", " + rows + ", " + cols + "]");
    }
    if (tileRows < 1 || tileRows > rows || tileCols < 1 || tileCols > cols) {
      throw new IllegalArgumentException(
          "tiles of [" + tileRows + ", " + tileCols + "] in [" + rows + ", " + cols + "]");
    }
  }

  /**
   * The blocks of a tensor.
   *
   * @param skipFirst whether the first dimension counts samples, which share no blocks
   * @param shape one dimension (a bias), two (a weight, or samples), or three (samples of matrices)
   * @throws IllegalArgumentException for samples of one dimension, weights of three, and more
   *     dimensions: the reference has no such blocks
   */
  public static Tiling of(BlockShape blocks, boolean skipFirst, int... shape) {
    List<Integer> base = new ArrayList<>();
    for (int i = 0; i < shape.length; i++) {
      base.add(skipFirst && i == 0 ? 1 : shape[i]);
    }
    List<Integer> block = blocks.within(base);
    if (shape.length == 1 && !skipFirst) {
      return new Tiling(1, 1, shape[0], 1, block.get(0));
    } else if (shape.length == 2) {
      return new Tiling(1, shape[0], shape[1], block.get(0), block.get(1));
    } else if (shape.length == 3 && skipFirst) {
      return new Tiling(shape[0], shape[1], shape[2], block.get(1), block.get(2));
    }
    throw new IllegalArgumentException(
        "no blocks for a tensor of " + shape.length + " dimensions, samples " + skipFirst);
  }

  /** Tiles side by side. */
  int across() {
    return (cols - 1) / tileCols + 1;
  }

  /** Tiles one below the other in one matrix. */
  int down() {
    return (rows - 1) / tileRows + 1;
  }

  /** Tiles of one matrix. */
  int perMatrix() {
    return Math.multiplyExact(across(), down());
  }

  /** All tiles. */
  public int tiles() {
    return Math.multiplyExact(matrices, perMatrix());
  }

  /** The first tile of a row, rows counted over all matrices. */
  int firstTile(int row) {
    return (row / rows * down() + row % rows / tileRows) * across();
  }
}
