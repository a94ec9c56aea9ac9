package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;

/**
 * PB-LLM's storage family ({@code salient-split}): a bitmap marks salient weights, which are kept
 * on a per-row {@link AffineGrid}; all others are represented as {@link LowPart} says.
 */
public final class SalientSplitLinear implements QuantizedLinear {
  private final int rows;
  private final int cols;
  private final int groupSize;
  private final ScaleDtype scaleDtype;
  private final long[] salient;
  private final byte[] codes;
  private final AffineGrid high;
  private final LowPart low;

  /**
   * Takes ownership of the arrays.
   *
   * @param groupSize columns per group of low parameters, 1..cols; the last group may be shorter
   * @param scaleDtype how scales, means, levels and verbatim values are stored; they must already
   *     be rounded to it
   * @param salient bit {@code r * cols + c} (bit {@code i % 64} of word {@code i / 64}) is set
   *     where weight [r, c] is salient
   * @param codes [rows * cols], row-major, unsigned: a salient weight's code on its row's grid, a
   *     low weight's low code (0 if low weights have no codes)
   * @param high the grids of the salient weights, one per row
   * @param low the low weights
   */
  public SalientSplitLinear(
      int rows,
      int cols,
      int groupSize,
      ScaleDtype scaleDtype,
      long[] salient,
      byte[] codes,
      AffineGrid high,
      LowPart low) {
    this.rows = rows;
    this.cols = cols;
    this.groupSize = groupSize;
    this.scaleDtype = scaleDtype;
    this.salient = salient;
    this.codes = codes;
    this.high = high;
    this.low = low;
  }

  @Override
  public String family() {
    return "salient-split";
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  @Override
  public FloatMatrix dequantize() {
    float[] w = new float[rows * cols];
    int verbatim = 0;
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        int code = codes[i] & 0xff;
        if ((salient[i >>> 6] >>> (i & 63) & 1) != 0) {
          w[i] = high.value(r, code);
          continue;
        }
        int p = c / groupSize * rows + r;
        if (low instanceof LowPart.Binary b) {
          w[i] = code != 0 ? b.mean()[p] + b.scale()[p] : b.mean()[p] - b.scale()[p];
        } else if (low instanceof LowPart.OneSided s) {
          w[i] = code != 0 ? s.level()[p] : 0f;
        } else if (low instanceof LowPart.Uniform u) {
          w[i] = u.grid().value(p, code);
        } else if (low instanceof LowPart.Verbatim v) {
          w[i] = v.values()[verbatim++];
        }
      }
    }
    return new FloatMatrix(rows, cols, w);
  }

  @Override
  public BitAccount bits() {
    throw new UnsupportedOperationException("pending " + scaleDtype);
  }

  @Override
  public void write(PackedWriter out) {
    throw new UnsupportedOperationException("pending");
  }
}
