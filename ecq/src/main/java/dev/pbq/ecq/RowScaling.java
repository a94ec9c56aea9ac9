package dev.pbq.ecq;

import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Optional;

/**
 * Rows of one size: each is divided by a power of its root mean square, which is stored beside the
 * codes. Rows of an embedding are looked up one at a time, so that what counts is the error of each
 * against its own size.
 *
 * @param weight the rows as they are quantized
 * @param scales what they were divided by, rounded to binary16; empty if they were not
 */
record RowScaling(FloatMatrix weight, Optional<float[]> scales) {
  private static final int TILE = 64;

  /** Scales below this have no full precision in binary16. */
  private static final float SMALLEST = 0x1p-14f;

  private static final float LARGEST = 65504;

  /**
   * Scales rows.
   *
   * @param exponent of the root mean square; 0 leaves them as they are
   */
  static RowScaling of(FloatMatrix w, double exponent) {
    if (exponent == 0) {
      return new RowScaling(w, Optional.empty());
    }
    FloatMatrix scaled = FloatMatrix.zeros(w.rows(), w.cols());
    float[] scales = new float[w.rows()];
    Parallel.forEachRange(
        w.rows(),
        TILE,
        (from, to) -> {
          for (int r = from; r < to; r++) {
            scales[r] = scale(w, r, exponent);
            for (int i = r * w.cols(); i < (r + 1) * w.cols(); i++) {
              scaled.data()[i] = w.data()[i] / scales[r];
            }
          }
        });
    return new RowScaling(scaled, Optional.of(scales));
  }

  private static float scale(FloatMatrix w, int row, double exponent) {
    double squares = 0;
    for (int i = row * w.cols(); i < (row + 1) * w.cols(); i++) {
      squares += (double) w.data()[i] * w.data()[i];
    }
    double size = Math.pow(Math.sqrt(squares / w.cols()), exponent);
    float scale = (float) Math.min(LARGEST, size);
    return scale < SMALLEST ? 1 : ScaleDtype.F16.round(scale);
  }

  /** Bits that the scales take. */
  long bits() {
    return scales.map(s -> 16L * s.length).orElse(0L);
  }
}
