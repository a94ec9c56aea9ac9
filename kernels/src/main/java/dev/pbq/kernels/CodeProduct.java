package dev.pbq.kernels;

import dev.pbq.kernels.form.Apart;
import dev.pbq.kernels.form.CodeTiles;
import dev.pbq.kernels.form.TileProduct;
import dev.pbq.kernels.form.Work;
import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The product with codes and scales, and with what is stored apart beside them. */
final class CodeProduct implements CutProduct {
  private final CodeTiles tiles;
  private final List<Apart> apart;
  private final Lanes lanes;

  CodeProduct(CodeTiles tiles, List<Apart> apart, Lanes lanes) {
    this.tiles = tiles;
    this.apart = List.copyOf(apart);
    this.lanes = lanes;
  }

  @Override
  public int rows() {
    return tiles.rows();
  }

  @Override
  public int cols() {
    return tiles.cols();
  }

  @Override
  public long residentBytes() {
    return tiles.bytes() + apart.stream().mapToLong(Apart::bytes).sum();
  }

  @Override
  public Work work(float[] x, int xAt, int count) {
    return new TileProduct(tiles, apart, lanes).work(x, xAt, count);
  }

  @Override
  public void row(int row, float[] to, int at) {
    Objects.checkIndex(row, rows());
    Arrays.fill(to, at, at + cols(), 0);
    tiles.addRow(row, to, at);
    apart.forEach(a -> a.addRow(row, to, at));
  }
}
