package dev.pbq.bench;

import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.gptqpb.PbLlmProvider;
import dev.pbq.gptqpb.PbLlmSettings;
import dev.pbq.gptqpb.SalientMetric;
import dev.pbq.gptqpb.SalientSelection;
import java.nio.FloatBuffer;
import java.util.Optional;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The steps of quantizing one square layer with PB-LLM's xnor, wall time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(1)
public class LayerBenchmark {
  /** Rows and columns. */
  @Param({"1024", "4096"})
  public int size;

  private FloatMatrix weight;
  private FloatBuffer inputs;
  private Hessian hessian;
  private Quantizer quantizer;
  private float[] pivots;
  private double share;

  /** Weights, inputs, a Hessian and its factor. */
  @Setup
  public void setUp() {
    weight = SyntheticLayer.weight(size, size);
    inputs = SyntheticLayer.inputs(size, size, 2);
    hessian = SyntheticLayer.hessian(size, 2);
    quantizer =
        new PbLlmProvider()
            .create(
                "xnor",
                new PbLlmSettings(
                    0.9, null, SalientMetric.HESSIAN, null, null, null, null, null, null));
    share = 0.01;
    pivots = hessian.inverseFactor(Damping.of(share), "layer").diagonal();
  }

  @TearDown
  public void tearDown() {
    hessian.close();
  }

  /** As many tokens as features. */
  @Benchmark
  public Hessian accumulate() {
    try (HessianAccumulator accumulator = new HessianAccumulator(size)) {
      accumulator.add(inputs, size, 1);
      Hessian h = accumulator.finish("inputs");
      h.close();
      return h;
    }
  }

  /**
   * The factor anew: each call asks for another damping, and the old ones stay with the Hessian.
   */
  @Benchmark
  public double factor() {
    share += 1e-6;
    return hessian.inverseFactor(Damping.of(share), "layer").damping();
  }

  @Benchmark
  public long select() {
    return SalientSelection.of(weight, new int[0], pivots, size, 0.9).lowCount();
  }

  /** Everything but the factor, which the Hessian has kept. */
  @Benchmark
  public Quantization quantizeWithKnownFactor() {
    return quantizer.quantize(new LinearProblem("layer", weight, Optional.of(hessian)));
  }
}
