package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Drift;
import dev.pbq.core.linalg.Hessian;

/**
 * The drift at an input. Owns native memory.
 *
 * @param all of all windows
 * @param heldOut of the windows alone that a correction is judged by
 * @param heldOutHessian of the same windows
 */
record DriftStatistics(Drift all, Drift heldOut, Hessian heldOutHessian) implements AutoCloseable {
  @Override
  public void close() {
    all.close();
    heldOut.close();
    heldOutHessian.close();
  }
}
