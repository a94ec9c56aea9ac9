package dev.pbq.core.pipeline;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.DampedSolver;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Drift;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.HashMap;
import java.util.Map;

/**
 * The weights that the linears of one input are quantized from when they shall mend what has been
 * quantized before them: W + (1 - e) V, V the change of {@link Drift}. The blend e is the one among
 * {@link #BLENDS} whose weight, not quantized, is best on the held-out windows when V comes from
 * the others alone; the V that is used then comes from all windows. At e = 1 the weight is W
 * itself.
 */
final class TargetWeights implements AutoCloseable {
  /** Largest first: of equals the one nearest to the original weight is taken. */
  private static final double[] BLENDS = {1, 0.5, 0.25, 0};

  /**
   * A weight to quantize.
   *
   * @param weight [rows, cols]
   * @param blend e
   * @param shift ||(weight - W) Xh||^2 / ||W Xh||^2 over the calibration tokens
   */
  record Target(FloatMatrix weight, double blend, double shift) {}

  private final Hessian hessian;
  private final DriftStatistics drift;

  /** Of all windows, and of those that are not held out, for the linears that share them. */
  private final Map<Damping, DampedSolver> whole = new HashMap<>();

  private final Map<Damping, DampedSolver> fitting = new HashMap<>();

  /** Both are lent. */
  TargetWeights(Hessian hessian, DriftStatistics drift) {
    this.hessian = hessian;
    this.drift = drift;
  }

  /**
   * The weight to quantize in place of W.
   *
   * @throws PbqException NUMERICAL naming the layer if the Hessian does not factor; USAGE if it is
   *     of other windows than the drift
   */
  Target of(String layer, FloatMatrix w, Quantizer quantizer) {
    drift.all().requireSameCalibration(hessian, layer);
    drift.heldOut().requireSameCalibration(drift.heldOutHessian(), layer);
    double blend =
        blend(
            w,
            fitting.computeIfAbsent(
                quantizer.damping(),
                d -> DampedSolver.without(hessian, drift.heldOutHessian(), d, layer)));
    if (blend == 1) {
      return new Target(w, blend, 0);
    }
    FloatMatrix change =
        drift
            .all()
            .mend(
                w,
                whole.computeIfAbsent(
                    quantizer.damping(), d -> DampedSolver.of(hessian, d, layer)));
    float share = (float) (1 - blend);
    float[] v = change.data();
    for (int i = 0; i < v.length; i++) {
      v[i] *= share;
    }
    double shift = hessian.quadraticTrace(change) / hessian.quadraticTrace(w);
    if (!Double.isFinite(shift)) {
      throw PbqException.numerical(layer + ": the weight that would mend earlier errors overflows");
    }
    for (int i = 0; i < v.length; i++) {
      v[i] += w.data()[i];
    }
    return new Target(change, blend, shift);
  }

  /** On held-out windows W + t V has the squared error t^2 tr(V H V^T) - 2 t tr(V E^T) + const. */
  private double blend(FloatMatrix w, DampedSolver others) {
    FloatMatrix change = drift.all().mendWithout(drift.heldOut(), w, others);
    double square = drift.heldOutHessian().quadraticTrace(change);
    double slope = drift.heldOut().along(change, w);
    double best = 1;
    double least = 0;
    for (double blend : BLENDS) {
      double t = 1 - blend;
      double error = t * t * square - 2 * t * slope;
      if (error < least) {
        least = error;
        best = blend;
      }
    }
    return best;
  }

  @Override
  public void close() {
    whole.values().forEach(DampedSolver::close);
    fitting.values().forEach(DampedSolver::close);
  }
}
