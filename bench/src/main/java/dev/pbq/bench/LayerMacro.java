package dev.pbq.bench;

import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.linalg.ColumnSweep;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.linalg.InverseFactor;
import dev.pbq.core.linalg.SweepPlan;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.gptqpb.PbLlmProvider;
import dev.pbq.gptqpb.PbLlmSettings;
import dev.pbq.gptqpb.SalientMetric;
import dev.pbq.gptqpb.SalientSelection;
import java.nio.FloatBuffer;
import java.util.Locale;
import java.util.Optional;

/**
 * One layer with xnor, Hessian metric, 90 % binarized: CPU seconds and memory from the Hessian to
 * the packed layer, and of each step. Arguments: size (4096), threads (all), repetitions (3).
 */
public final class LayerMacro {
  private static final int TOKENS = 2048;

  private final int size;
  private final FloatMatrix w;

  private LayerMacro(int size) {
    this.size = size;
    this.w = SyntheticLayer.weight(size, size);
  }

  /** Runs the benchmark. */
  public static void main(String[] args) {
    int size = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
    int threads =
        args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
    int repetitions = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    LayerMacro macro = new LayerMacro(size);
    Parallel.withThreads(
        threads,
        () -> {
          for (int i = 0; i < repetitions; i++) {
            macro.run();
          }
          return null;
        });
  }

  private void run() {
    FloatBuffer x = SyntheticLayer.inputs(TOKENS, size, 1);
    try (HessianAccumulator accumulator = new HessianAccumulator(size)) {
      double work = 2e-9 * TOKENS * size * size;
      double seconds =
          measure(
              "Hessian, " + TOKENS + " tokens",
              () -> {
                for (int i = 0; i < 4; i++) {
                  accumulator.add(x, TOKENS, 1);
                }
              });
      print("  nominal GFLOP per CPU-second", 4 * work / seconds);
      try (Hessian hessian = accumulator.finish("inputs")) {
        whole(hessian);
        steps(hessian);
      }
    }
  }

  private void whole(Hessian hessian) {
    Quantizer quantizer =
        new PbLlmProvider()
            .create(
                "xnor",
                new PbLlmSettings(
                    0.9, null, SalientMetric.HESSIAN, null, null, null, null, null, null));
    LinearProblem problem = new LinearProblem("layer", w, Optional.of(hessian));
    Quantization[] result = new Quantization[1];
    System.gc();
    double before = ProcessMeter.residentMegabytes();
    ProcessMeter.resetPeak();
    measure(
        "from H to packed",
        () -> {
          result[0] = quantizer.quantize(problem);
          result[0].linear().write(new PackedTensorCollector("layer"));
        });
    print("  extra memory at the peak, MB", ProcessMeter.peakMegabytes() - before);
    print("  resident memory at the peak, MB", ProcessMeter.peakMegabytes());
    print("  loss", result[0].diagnostics().get("loss"));
    FloatMatrix d = result[0].linear().dequantize();
    for (int i = 0; i < d.data().length; i++) {
      d.data()[i] -= w.data()[i];
    }
    measure("output error of the layer", () -> hessian.quadraticTrace(d));
  }

  /** Each on its own; the factor with another damping, so that it is computed anew. */
  private void steps(Hessian hessian) {
    InverseFactor[] factor = new InverseFactor[1];
    measure("factor", () -> factor[0] = hessian.inverseFactor(Damping.of(0.011), "layer"));
    float[] pivots = factor[0].diagonal();
    measure("selection", () -> SalientSelection.of(w, new int[0], pivots, size, 0.9));
    measure(
        "sweep, rounding to 1 bit",
        () ->
            ColumnSweep.run(
                w,
                new int[0],
                Optional.of(factor[0]),
                SweepPlan.blocks(size, 128),
                LayerMacro::signs));
  }

  private static void signs(
      int column, int firstRow, int count, float[] weights, float[] q, byte[] codes) {
    for (int r = 0; r < count; r++) {
      codes[r] = (byte) (weights[r] >= 0 ? 1 : 0);
      q[r] = weights[r] >= 0 ? 0.016f : -0.016f;
    }
  }

  private static double measure(String what, Runnable body) {
    double cpu = ProcessMeter.cpuSeconds();
    long start = System.nanoTime();
    body.run();
    double wall = (System.nanoTime() - start) * 1e-9;
    cpu = ProcessMeter.cpuSeconds() - cpu;
    System.out.printf(Locale.ROOT, "%-34s %7.2f CPU-s %7.2f s%n", what, cpu, wall);
    return cpu;
  }

  private static void print(String what, double value) {
    System.out.printf(Locale.ROOT, "%-34s %7.1f%n", what, value);
  }
}
