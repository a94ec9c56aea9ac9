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

  /** Factors for one damping: of all windows, and of those that are not held out. */
  private record Solvers(DampedSolver all, DampedSolver fitting) implements AutoCloseable {
    @Override
    public void close() {
      all.close();
      fitting.close();
    }
  }

  private final Hessian hessian;
  private final DriftStatistics drift;
  private final Map<Damping, Solvers> solvers = new HashMap<>();

  /** Both are lent. */
  TargetWeights(Hessian hessian, DriftStatistics drift) {
    this.hessian = hessian;
    this.drift = drift;
  }

  /**
   * The weight to quantize in place of W.
   *
   * @throws PbqException NUMERICAL naming the layer if the Hessian does not factor
   */
  Target of(String layer, FloatMatrix w, Quantizer quantizer) {
    Solvers damped = solvers.computeIfAbsent(quantizer.damping(), d -> solvers(d, layer));
    double blend = blend(w, damped.fitting());
    if (blend == 1) {
      return new Target(w, blend, 0);
    }
    FloatMatrix change = drift.all().mend(w, damped.all());
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

  private Solvers solvers(Damping damping, String layer) {
    DampedSolver fitting = DampedSolver.without(hessian, drift.heldOutHessian(), damping, layer);
    try {
      return new Solvers(DampedSolver.of(hessian, damping, layer), fitting);
    } catch (RuntimeException | Error e) {
      fitting.close();
      throw e;
    }
  }

  /** On held-out windows W + t V has the squared error t^2 tr(V H V^T) - 2 t tr(V E^T) + const. */
  private double blend(FloatMatrix w, DampedSolver fitting) {
    FloatMatrix change = drift.all().mendWithout(drift.heldOut(), w, fitting);
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
    solvers.values().forEach(Solvers::close);
  }
}
