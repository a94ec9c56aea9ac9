package dev.pbq.core.testkit;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.tensor.FloatMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;

/** Synthetic layers: random weights and correlated inputs. */
public final class Synthetic {
  private Synthetic() {}

  /** Normal weights of standard deviation 0.02, one in a hundred ten times larger. */
  public static FloatMatrix weight(int rows, int cols, long seed) {
    Random random = new Random(seed);
    FloatMatrix w = FloatMatrix.zeros(rows, cols);
    for (int i = 0; i < w.data().length; i++) {
      double scale = random.nextInt(100) == 0 ? 0.2 : 0.02;
      w.data()[i] = (float) (scale * random.nextGaussian());
    }
    return w;
  }

  /** Inputs [tokens, cols] whose neighbouring features are correlated and differ in size. */
  public static FloatMatrix inputs(int tokens, int cols, long seed) {
    Random random = new Random(seed);
    FloatMatrix x = FloatMatrix.zeros(tokens, cols);
    for (int t = 0; t < tokens; t++) {
      double previous = 0;
      for (int c = 0; c < cols; c++) {
        previous = 0.7 * previous + random.nextGaussian();
        x.data()[t * cols + c] = (float) (previous * (0.3 + c % 5));
      }
    }
    return x;
  }

  /** A copy in a direct buffer, positioned at its start. */
  public static FloatBuffer direct(float[] values) {
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return buffer.put(values).flip();
  }

  /** The Hessian of inputs that are one sequence. */
  public static Hessian hessian(FloatMatrix x) {
    try (HessianAccumulator accumulator = new HessianAccumulator(x.cols())) {
      accumulator.add(direct(x.data()), x.rows(), 1);
      return accumulator.finish("test");
    }
  }
}
