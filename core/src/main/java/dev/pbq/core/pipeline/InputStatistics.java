package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import java.util.Optional;

/**
 * What calibration has found out about an input. Owns native memory.
 *
 * @param hessian of the inputs as the quantized model has them
 * @param drift what the original model's inputs tell beside it; empty for targets of the original
 *     weights
 */
record InputStatistics(Hessian hessian, Optional<DriftStatistics> drift) implements AutoCloseable {
  /** A Hessian alone. */
  InputStatistics(Hessian hessian) {
    this(hessian, Optional.empty());
  }

  @Override
  public void close() {
    drift.ifPresent(DriftStatistics::close);
    hessian.close();
  }
}
