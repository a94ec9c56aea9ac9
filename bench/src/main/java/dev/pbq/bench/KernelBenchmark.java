package dev.pbq.bench;

import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.speed.SampleKind;
import dev.pbq.kernels.speed.SampleKinds;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One product of each kind with stored weights; the common pool's threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class KernelBenchmark {
  /** Rows of the matrix. */
  @Param({"4096", "11008"})
  public int rows;

  /** How many vectors. */
  @Param({"1", "64"})
  public int count;

  /** The kind, as {@link SampleKinds} names it. */
  @Param({
    "onebit",
    "pb-llm, 10% of 8 bits",
    "billm, arb",
    "uniform, 2 bits, groups of 128",
    "uniform, 4 bits, groups of 128",
    "bf16",
    "f32"
  })
  public String kind;

  private PackedProduct product;
  private float[] x;
  private float[] y;

  /** Weights and inputs. */
  @Setup
  public void setUp() {
    SampleKind of =
        SampleKinds.all().stream().filter(k -> k.name().equals(kind)).findFirst().orElseThrow();
    product = of.make().apply(rows, 4096);
    x = new float[count * product.cols()];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 7 - 3;
    }
    y = new float[count * rows];
  }

  /** y = W x. */
  @Benchmark
  public float[] multiply() {
    product.multiply(x, count, y);
    return y;
  }
}
