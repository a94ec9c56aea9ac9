package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;

/**
 * Error compensation block by block in float64 (BiLLM, arXiv 2402.04291, algorithm 1): a block of
 * columns is quantized as a whole, and what it lost is taken from all columns after it.
 *
 * <p>Works from the left: when a block is reached, the errors of all blocks before it are applied
 * to it in one product, so that only errors are kept, 8 [rows, cols] bytes of native memory, and no
 * second copy of the weights. Tiles are fixed, so results do not depend on the number of threads.
 */
public final class BlockSweep {
  /** Rows of one product. */
  private static final int TILE = 512;

  /** The weights that are to be quantized. */
  @FunctionalInterface
  public interface Source {
    /** Columns [from, to) of the original weight, all rows; a fresh matrix. */
    DoubleMatrix columns(int from, int to);
  }

  /** The algorithm's part. */
  @FunctionalInterface
  public interface BlockQuantizer {
    /**
     * Quantizes columns [from, to).
     *
     * @param weights the current weights of the block [rows, to - from]; not to be changed
     * @param u U_bb, the block's own part of the factor
     * @return the values that replace them
     */
    DoubleMatrix quantize(int from, int to, DoubleMatrix weights, DoubleMatrix u);
  }

  private final int rows;
  private final UpperFactor factor;
  private final BlockCompensation compensation;
  private final int blocksize;

  /** Columns whose errors are kept: all but the last block's, which are not used. */
  private final int kept;

  private BlockSweep(int rows, UpperFactor factor, BlockCompensation compensation, int blocksize) {
    this.rows = rows;
    this.factor = factor;
    this.compensation = compensation;
    this.blocksize = blocksize;
    this.kept =
        compensation == BlockCompensation.NONE ? 0 : (factor.size() - 1) / blocksize * blocksize;
  }

  /**
   * Sweeps over all columns of the factor in blocks of {@code blocksize}, the last one perhaps
   * narrower.
   *
   * @param rows rows of the weight
   * @return half the sum of squares of (W_b - Q_b) divided by U's diagonal, the loss that the
   *     published programs print, whatever the compensation
   */
  public static double run(
      int rows,
      Source source,
      UpperFactor factor,
      int blocksize,
      BlockCompensation compensation,
      BlockQuantizer quantizer) {
    if (blocksize < 1) {
      throw new IllegalArgumentException("blocks of " + blocksize + " columns");
    }
    return new BlockSweep(rows, factor, compensation, blocksize).sweep(source, quantizer);
  }

  private double sweep(Source source, BlockQuantizer quantizer) {
    Blas.useCallingThread();
    int cols = factor.size();
    double loss = 0;
    try (NativeDoubles errors = new NativeDoubles((long) rows * kept)) {
      for (int from = 0; from < cols; from += blocksize) {
        int to = Math.min(cols, from + blocksize);
        DoubleMatrix w = source.columns(from, to);
        if (from > 0 && kept > 0) {
          apply(errors, w, from, to);
        }
        DoubleMatrix u = factor.block(from, to, from, to);
        DoubleMatrix q = quantizer.quantize(from, to, w, u);
        DoubleMatrix e = errors(w, q, u);
        loss += loss(w, q, u);
        if (to <= kept) {
          store(errors, e, from);
        }
      }
    }
    return loss;
  }

  /** W_b -= E[:, :from] U[:from, from:to]. */
  private void apply(NativeDoubles errors, DoubleMatrix w, int from, int to) {
    int width = to - from;
    try (NativeDoubles u = new NativeDoubles((long) from * width)) {
      Parallel.forEachRange(
          from,
          TILE,
          (first, end) -> {
            double[] strip = factor.block(first, end, from, to).data();
            u.put((long) first * width, strip, 0, strip.length);
          });
      Parallel.forEachRange(
          rows,
          TILE,
          (first, end) -> {
            int count = end - first;
            try (NativeDoubles c = new NativeDoubles((long) count * width)) {
              c.put(0, w.data(), first * width, count * width);
              Blas.gemmSubtractTransposed(
                  width, count, from, u.at(0), errors.at((long) first * kept), c.at(0));
              c.get(0, w.data(), first * width, count * width);
            }
          });
    }
  }

  private DoubleMatrix errors(DoubleMatrix w, DoubleMatrix q, DoubleMatrix u) {
    int width = w.cols();
    double[] e = new double[w.data().length];
    boolean exact = compensation == BlockCompensation.EXACT;
    Parallel.forEachRange(
        rows,
        TILE,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            int base = r * width;
            for (int j = 0; j < width; j++) {
              double sum = w.data()[base + j] - q.data()[base + j];
              if (exact) {
                for (int i = 0; i < j; i++) {
                  sum -= e[base + i] * u.data()[i * width + j];
                }
              }
              e[base + j] = sum / u.data()[j * width + j];
            }
          }
        });
    return new DoubleMatrix(rows, width, e);
  }

  /** Keeps the errors of a block: tile after tile of rows, each tile column-major. */
  private void store(NativeDoubles errors, DoubleMatrix e, int from) {
    int width = e.cols();
    Parallel.forEachRange(
        rows,
        TILE,
        (first, end) -> {
          int count = end - first;
          double[] columns = new double[count * width];
          for (int r = 0; r < count; r++) {
            for (int j = 0; j < width; j++) {
              columns[j * count + r] = e.data()[(first + r) * width + j];
            }
          }
          errors.put((long) first * kept + (long) from * count, columns, 0, columns.length);
        });
  }

  private static double loss(DoubleMatrix w, DoubleMatrix q, DoubleMatrix u) {
    int width = w.cols();
    double sum = 0;
    for (int i = 0; i < w.data().length; i++) {
      int j = i % width;
      double e = (w.data()[i] - q.data()[i]) / u.data()[j * width + j];
      sum += e * e;
    }
    return sum / 2;
  }
}
