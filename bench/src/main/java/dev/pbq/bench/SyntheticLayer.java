package dev.pbq.bench;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.tensor.FloatMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/** A layer like those of a 7B model: normal weights with outliers, correlated inputs. */
final class SyntheticLayer {
  private SyntheticLayer() {}

  static FloatMatrix weight(int rows, int cols) {
    SplittableRandom random = new SplittableRandom(1);
    FloatMatrix w = FloatMatrix.zeros(rows, cols);
    for (int i = 0; i < w.data().length; i++) {
      float scale = random.nextInt(200) == 0 ? 0.1f : 0.02f;
      w.data()[i] = scale * normal(random);
    }
    return w;
  }

  /** One sequence [tokens, cols] in a direct buffer. */
  static FloatBuffer inputs(int tokens, int cols, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FloatBuffer x =
        ByteBuffer.allocateDirect(Math.multiplyExact(4, Math.multiplyExact(tokens, cols)))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int t = 0; t < tokens; t++) {
      float previous = 0;
      for (int c = 0; c < cols; c++) {
        previous = 0.5f * previous + normal(random);
        x.put(t * cols + c, previous * (c % 97 == 0 ? 8 : 1));
      }
    }
    return x;
  }

  /** The Hessian of {@code sequences} sequences of as many tokens as there are columns. */
  static Hessian hessian(int cols, int sequences) {
    try (HessianAccumulator accumulator = new HessianAccumulator(cols)) {
      for (int s = 0; s < sequences; s++) {
        accumulator.add(inputs(cols, cols, s), cols, 1);
      }
      return accumulator.finish("synthetic inputs");
    }
  }

  /** Roughly normal: the sum of three uniforms, scaled to variance 1. */
  private static float normal(SplittableRandom random) {
    return (float) (2 * (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5));
  }
}
