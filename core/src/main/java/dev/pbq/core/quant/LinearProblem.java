package dev.pbq.core.quant;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Objects;
import java.util.Optional;

/**
 * One linear layer to quantize.
 *
 * @param name the layer's name in its model, for messages
 * @param weight W [rows = outputs, cols = inputs], y = W x; must not be changed
 * @param hessian the Hessian [cols, cols] of the layer's inputs, present if the method asked for
 *     it; valid during the call only, owned (and shared with other layers of the same input) by the
 *     caller
 */
public record LinearProblem(String name, FloatMatrix weight, Optional<Hessian> hessian) {
  /** Weights that one task looks through. */
  private static final int TASK = 1 << 18;

  private static final int INFINITY_BITS = 0x7f800000;

  public LinearProblem {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(weight, "weight");
    if (hessian.isPresent() && hessian.get().size() != weight.cols()) {
      throw new IllegalArgumentException(
          name
              + ": Hessian of size "
              + hessian.get().size()
              + " for "
              + weight.cols()
              + " columns");
    }
  }

  /**
   * The Hessian that the method needs.
   *
   * @throws IllegalStateException if the caller did not provide it
   */
  public Hessian requireHessian() {
    return hessian.orElseThrow(() -> new IllegalStateException(name + ": no Hessian was given"));
  }

  /**
   * Refuses weights that no method can represent.
   *
   * @throws PbqException NUMERICAL naming the tensor and the place of a NaN or infinity
   */
  public void requireFiniteWeight() {
    float[] w = weight.data();
    Parallel.forEachRange(
        w.length,
        TASK,
        (from, to) -> {
          if (!finite(w, from, to)) {
            requireFinite(w, from, to);
          }
        });
  }

  /** As integers, the magnitudes of infinity and NaN are above all others. */
  private static boolean finite(float[] w, int from, int to) {
    int largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(w[i]) & Integer.MAX_VALUE);
    }
    return largest < INFINITY_BITS;
  }

  private void requireFinite(float[] w, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(w[i])) {
        throw PbqException.numerical(
            "tensor "
                + name
                + ".weight holds "
                + w[i]
                + " at ["
                + i / weight.cols()
                + ", "
                + i % weight.cols()
                + "]");
      }
    }
  }
}
