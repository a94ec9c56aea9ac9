package dev.pbq.gptqpb;

import dev.pbq.core.linalg.ColumnQuantizer;
import dev.pbq.core.linalg.CurrentWeights;
import dev.pbq.core.linalg.InverseFactor;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;

/**
 * The columns of GPTQ: rounding to the grid of row and group. Grids are fitted when the first
 * column of their group is reached, to the weights as they then are, compensation included; grids
 * of whole rows and of {@linkplain ActGroups#STATIC static} groups to the original weights.
 *
 * <p>A column's error e costs e^2 / U[c, c]^2 once all later columns have made up for it as far as
 * they can (GPTQ, arXiv 2210.17323, equation 2); a {@linkplain RangeChoice#WEIGHTED_ERROR weighted}
 * search of the limits takes that as the column's weight.
 */
final class GptqGrids implements ColumnQuantizer {
  private static final int TILE = 128;

  private final GptqSettings settings;
  private final MinMaxGrids grids;
  private final RangeSearch search;
  private final int rows;
  private final int cols;
  private final int width;

  /** The column at each position of the sweep; null for the position itself. */
  private final int[] order;

  /** By position; null where all columns count alike. */
  private final float[] cost;

  private final boolean neighbours;

  GptqGrids(String layer, GptqSettings settings, FloatMatrix w, InverseFactor factor) {
    this.settings = settings;
    this.rows = w.rows();
    this.cols = w.cols();
    this.width = ColumnGroups.width(settings.groupsize(), cols);
    this.grids =
        new MinMaxGrids(
            layer, settings.bits(), settings.scaleDtype(), settings.symmetric(), groups() * rows);
    this.search = new RangeSearch(grids);
    this.order = factor.order().orElse(null);
    this.neighbours = settings.actGroups() != ActGroups.VISITED || groups() == 1;
    this.cost = settings.rangeChoice() == RangeChoice.WEIGHTED_ERROR ? cost(factor) : null;
    if (fitsFirst()) {
      fitAll(w);
    }
  }

  private static float[] cost(InverseFactor factor) {
    float[] cost = factor.diagonal();
    for (int c = 0; c < cost.length; c++) {
      cost[c] = 1 / (cost[c] * cost[c]);
    }
    return cost;
  }

  private int groups() {
    return ColumnGroups.count(settings.groupsize(), cols);
  }

  private boolean fitsFirst() {
    return settings.groupsize() == -1
        || (order != null && settings.actGroups() == ActGroups.STATIC);
  }

  /** The grids; shares this object's arrays. */
  MinMaxGrids grids() {
    return grids;
  }

  /** Columns of a group. */
  int width() {
    return width;
  }

  /** The group of each column, where that is not the one of its place; else null. */
  int[] columnGroups() {
    if (order == null || neighbours) {
      return null;
    }
    int[] groups = new int[cols];
    for (int position = 0; position < cols; position++) {
      groups[order[position]] = position / width;
    }
    return groups;
  }

  private int group(int position) {
    return (order == null || !neighbours ? position : order[position]) / width;
  }

  private void fitAll(FloatMatrix w) {
    float[] byColumn = cost == null || order == null ? cost : new float[cols];
    if (byColumn != cost) {
      for (int position = 0; position < cols; position++) {
        byColumn[order[position]] = cost[position];
      }
    }
    Parallel.forEachRange(
        rows,
        TILE,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            for (int from = 0; from < cols; from += width) {
              int at = r * cols + from;
              int to = at + Math.min(width, cols - from);
              fit(from / width * rows + r, w.data(), at, to, byColumn, from);
            }
          }
        });
  }

  private void fit(int grid, float[] w, int from, int to, float[] costs, int costFrom) {
    if (settings.rangeChoice() != RangeChoice.MIN_MAX) {
      search.fit(grid, w, from, to, costs, costFrom);
      return;
    }
    float min = 0;
    float max = 0;
    for (int k = from; k < to; k++) {
      min = Math.min(min, w[k]);
      max = Math.max(max, w[k]);
    }
    grids.fit(grid, min, max);
  }

  @Override
  public void beginBlock(int from, int to, CurrentWeights weights) {
    if (fitsFirst() || from % width != 0) {
      return;
    }
    int count = Math.min(cols, from + width) - from;
    Parallel.forEachRange(
        rows, TILE, (first, end) -> fitTile(weights, from, count, first, end - first));
  }

  private void fitTile(CurrentWeights weights, int from, int count, int firstRow, int tileRows) {
    float[] column = new float[tileRows];
    float[] group = new float[tileRows * count];
    for (int c = 0; c < count; c++) {
      weights.read(from + c, firstRow, tileRows, column, 0);
      for (int r = 0; r < tileRows; r++) {
        group[r * count + c] = column[r];
      }
    }
    int base = group(from) * rows + firstRow;
    for (int r = 0; r < tileRows; r++) {
      fit(base + r, group, r * count, (r + 1) * count, cost, from);
    }
  }

  @Override
  public void quantize(int column, int firstRow, int count, float[] w, float[] q, byte[] codes) {
    int base = group(column) * rows + firstRow;
    for (int r = 0; r < count; r++) {
      int code = grids.code(base + r, w[r]);
      codes[r] = (byte) code;
      q[r] = grids.value(base + r, code);
    }
  }
}
