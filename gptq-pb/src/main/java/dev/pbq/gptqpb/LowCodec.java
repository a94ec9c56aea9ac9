package dev.pbq.gptqpb;

import dev.pbq.core.packed.LowPart;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Optional;

/**
 * The representation of low weights: parameters for each row and group (index {@code p = group *
 * rows + row}), fitted before the sweep from the original weights, and the rounding of compensated
 * weights to them. Different p may be handled by different threads.
 */
interface LowCodec {
  /**
   * Fits the parameters of one row and group.
   *
   * @param masked the group's weights, zero where salient
   * @param count entries of {@code masked}, salient ones included
   * @param lowCount how many of them are low
   */
  void fit(int p, float[] masked, int count, int lowCount);

  /** Called once when all parameters are fitted. */
  default void finish() {}

  /**
   * Rounds {@code count} weights of one column, entry i with the parameters p0 + i.
   *
   * @param q receives the stored values
   * @param codes receives the codes; left alone if there are none
   */
  void quantize(int p0, int count, float[] w, float[] q, byte[] codes);

  /** Whether {@link #toPart} wants the quantized values. */
  default boolean needsValues() {
    return false;
  }

  /** The parameters as they are stored; shares this object's arrays. */
  LowPart toPart(SalientSelection selection, Optional<FloatMatrix> values);
}
