package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import java.util.Optional;

/**
 * What calibration has found out about an input. Owns native memory.
 *
 * @param hessian of the inputs as the quantized model has them
 * @param drift what the original model's inputs tell beside it; empty for targets of the original
 *     weights
 * @param judging the Hessian of the held-out windows alone; empty where nothing is judged by it, or
 *     the drift has it
 */
record InputStatistics(Hessian hessian, Optional<DriftStatistics> drift, Optional<Hessian> judging)
    implements AutoCloseable {
  /** The Hessian of held-out windows, lent; empty if there is none. */
  Optional<Hessian> heldOut() {
    return drift.map(DriftStatistics::heldOutHessian).or(() -> judging);
  }

  @Override
  public void close() {
    drift.ifPresent(DriftStatistics::close);
    judging.ifPresent(Hessian::close);
    hessian.close();
  }
}
