package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.Role;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.WeightSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A layer of random weights with random inputs, to find out how long a method takes: quantized,
 * measured and packed as a run does it. Uses the calling thread's pool ({@link
 * dev.pbq.core.parallel.Parallel}).
 */
public final class SampleLayer implements AutoCloseable {
  private static final String TENSOR = "sample.weight";

  private final Linear linear;
  private final Optional<Hessian> hessian;
  private final float[] values;

  /**
   * A layer [rows, cols].
   *
   * @param need whether it has a Hessian
   */
  public SampleLayer(int rows, int cols, CalibrationNeed need) {
    this.linear = new Linear("sample", 0, Role.UP, rows, cols, false);
    this.values = random(rows * cols);
    this.hessian = need == CalibrationNeed.HESSIAN ? Optional.of(hessian(cols)) : Optional.empty();
  }

  private static float[] random(int count) {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      // Roughly normal.
      values[i] = 0.04f * (float) (random.nextDouble() + random.nextDouble() - 1);
    }
    return values;
  }

  /** Of twice as many tokens as there are features. */
  private static Hessian hessian(int cols) {
    FloatBuffer x =
        ByteBuffer.allocateDirect(Float.BYTES * 2 * cols * cols)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    float[] inputs = random(2 * cols * cols);
    x.put(0, inputs, 0, inputs.length);
    try (HessianAccumulator sum = new HessianAccumulator(cols)) {
      sum.add(x, 2 * cols, 1);
      return sum.finish("sample");
    }
  }

  /** Seconds to quantize, measure and pack it; a factor of the Hessian is made but once. */
  public double seconds(Quantizer method) {
    long start = System.nanoTime();
    FinishedLinear result =
        new LinearQuantizer(new Weights()).quantize(0, new PlannedLinear(linear, method), hessian);
    BlockStore.Packed.of(result.linear(), result.outcome());
    return (System.nanoTime() - start) * 1e-9;
  }

  /** Weights. */
  public long weights() {
    return values.length;
  }

  private final class Weights implements WeightSource {
    @Override
    public boolean contains(String name) {
      return name.equals(TENSOR);
    }

    @Override
    public long[] shape(String name) {
      return new long[] {linear.rows(), linear.cols()};
    }

    @Override
    public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
      int cols = linear.cols();
      destination.put(values, (int) firstRow * cols, (int) rowCount * cols);
    }
  }

  @Override
  public void close() {
    hessian.ifPresent(Hessian::close);
  }
}
