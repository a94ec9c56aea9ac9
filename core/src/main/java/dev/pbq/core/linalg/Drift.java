package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Optional;

/**
 * How far a quantized model has drifted from the original before a linear, as the linear's inputs
 * see it. For inputs x and xh, and residual values r and rh, of the original and the quantized
 * stream: P = E[(x - xh) xh^T] [cols, cols], R = E[(r - rh) xh^T] [rows, cols]. A weight W gives
 * the moment E = W P + R [rows, cols] of what its output lacks, and V = E (H + d I)^-1 is the
 * change of W that mends most of it: W + V is the minimiser of E||(r + W x) - (rh + W' xh)||^2 + d
 * ||W' - W||^2, the same as (W C + R + d W)(H + d I)^-1 with C = E[x xh^T] (GPTAQ, arXiv
 * 2504.02692, for R = 0), but exactly W where nothing has drifted.
 *
 * @param inputs P, owned
 * @param residual R, owned; empty where the output is not added to the residual stream, or is left
 *     out
 */
public record Drift(CrossMoment inputs, Optional<CrossMoment> residual) implements AutoCloseable {
  /** Rows of a weight that one task handles. */
  private static final int ROWS = 128;

  /**
   * Refuses a Hessian of other windows than these cross terms: together they would give a weight
   * that fits neither.
   *
   * @param layer for messages
   * @throws PbqException USAGE naming the layer
   */
  public void requireSameCalibration(Hessian h, String layer) {
    boolean same = inputs.cols() == h.size() && inputs.sequences() == h.sequences();
    if (!same || residual.filter(r -> r.sequences() != h.sequences()).isPresent()) {
      throw PbqException.usage(
          layer
              + ": the cross terms are of another calibration than the Hessian: "
              + inputs.sequences()
              + " windows of "
              + inputs.cols()
              + " inputs, and "
              + h.sequences()
              + " of "
              + h.size());
    }
  }

  /** V, in float32. */
  public FloatMatrix mend(FloatMatrix w, DampedSolver solver) {
    return mend(w, solver, Optional.empty());
  }

  /** V as it is without some of the sequences: {@code part} is the drift of those alone. */
  public FloatMatrix mendWithout(Drift part, FloatMatrix w, DampedSolver solver) {
    return mend(w, solver, Optional.of(part));
  }

  private FloatMatrix mend(FloatMatrix w, DampedSolver solver, Optional<Drift> part) {
    FloatMatrix change = FloatMatrix.zeros(w.rows(), w.cols());
    Blas.useCallingThread();
    Parallel.forEachRange(
        w.rows(),
        ROWS,
        (first, end) -> {
          try (NativeDoubles e = moment(w, first, end, part)) {
            solver.solve(e, end - first);
            double[] row = new double[w.cols()];
            for (int r = first; r < end; r++) {
              e.get((long) (r - first) * w.cols(), row, 0, w.cols());
              for (int c = 0; c < w.cols(); c++) {
                change.data()[r * w.cols() + c] = (float) row[c];
              }
            }
          }
        });
    return change;
  }

  /** trace(V E^T): half of what a small change V of W takes off the squared error. */
  public double along(FloatMatrix change, FloatMatrix w) {
    Blas.useCallingThread();
    return Parallel.sumRanges(
        w.rows(),
        ROWS,
        (first, end) -> {
          try (NativeDoubles e = moment(w, first, end, Optional.empty())) {
            double[] row = new double[w.cols()];
            double sum = 0;
            for (int r = first; r < end; r++) {
              e.get((long) (r - first) * w.cols(), row, 0, w.cols());
              for (int c = 0; c < w.cols(); c++) {
                sum += row[c] * change.data()[r * w.cols() + c];
              }
            }
            return sum;
          }
        });
  }

  /** Rows of E, those of the part taken out. */
  private NativeDoubles moment(FloatMatrix w, int first, int end, Optional<Drift> part) {
    NativeDoubles e = NativeDoubles.zeros((long) (end - first) * w.cols());
    try (NativeDoubles wide = widened(w, first, end)) {
      add(1, wide, first, end, e);
      part.ifPresent(
          p -> {
            double weight = (double) p.inputs.sequences() / inputs.sequences();
            p.add(-weight, wide, first, end, e);
          });
      return e;
    } catch (RuntimeException | Error failure) {
      e.close();
      throw failure;
    }
  }

  private static NativeDoubles widened(FloatMatrix w, int first, int end) {
    NativeDoubles wide = new NativeDoubles((long) (end - first) * w.cols());
    double[] row = new double[w.cols()];
    for (int r = first; r < end; r++) {
      for (int c = 0; c < w.cols(); c++) {
        row[c] = w.data()[r * w.cols() + c];
      }
      wide.put((long) (r - first) * w.cols(), row, 0, w.cols());
    }
    return wide;
  }

  private void add(double factor, NativeDoubles w, int first, int end, NativeDoubles e) {
    int cols = inputs.cols();
    // Row-major W P is column-major P^T W^T.
    Blas.gemmAdd(cols, end - first, cols, factor, inputs.at(0), w.at(0), e.at(0));
    if (residual.isEmpty()) {
      return;
    }
    double[] sum = new double[cols];
    double[] row = new double[cols];
    for (int r = first; r < end; r++) {
      long at = (long) (r - first) * cols;
      residual.get().row(r, row);
      e.get(at, sum, 0, cols);
      for (int c = 0; c < cols; c++) {
        sum[c] += factor * row[c];
      }
      e.put(at, sum, 0, cols);
    }
  }

  @Override
  public void close() {
    inputs.close();
    residual.ifPresent(CrossMoment::close);
  }
}
