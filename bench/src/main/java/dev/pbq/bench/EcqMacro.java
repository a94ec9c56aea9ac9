package dev.pbq.bench;

import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.ecq.EcqProvider;
import dev.pbq.ecq.EcqSettings;
import java.util.Locale;
import java.util.Optional;

/**
 * One layer with ecq at 2.25 bits: CPU seconds and memory from the Hessian to the packed layer,
 * with one state and with eight. Arguments: size (4096), threads (all), repetitions (2).
 */
public final class EcqMacro {
  private static final double BITS = 2.25;

  /** CPU seconds and megabytes that a layer of 4096 x 4096 may take. */
  private static final double MOST_SCALAR = 10;

  private static final double MOST_TRELLIS = 30;
  private static final double MOST_MEGABYTES = 600;

  private EcqMacro() {}

  /** Runs the benchmark. */
  public static void main(String[] args) {
    int size = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
    int threads =
        args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
    int repetitions = args.length > 2 ? Integer.parseInt(args[2]) : 2;
    Parallel.withThreads(
        threads,
        () -> {
          FloatMatrix w = SyntheticLayer.weight(size, size);
          for (int i = 0; i < repetitions; i++) {
            for (int states : new int[] {1, 8}) {
              try (Hessian hessian = SyntheticLayer.hessian(size, 1)) {
                run(w, hessian, states);
              }
            }
          }
          return null;
        });
  }

  private static void run(FloatMatrix w, Hessian hessian, int states) {
    Quantizer quantizer =
        new EcqProvider()
            .create("ecq", new EcqSettings(BITS, states, null, null, null, null, null, null));
    LinearProblem problem = new LinearProblem("layer", w, Optional.of(hessian));
    System.gc();
    double before = ProcessMeter.residentMegabytes();
    ProcessMeter.resetPeak();
    double start = ProcessMeter.cpuSeconds();
    hessian.lowerFactor(Damping.of(0.01), "layer");
    double factor = ProcessMeter.cpuSeconds() - start;
    Quantization result = quantizer.quantize(problem);
    result.linear().write(new PackedTensorCollector("layer"));
    double cpu = ProcessMeter.cpuSeconds() - start;
    double extra = ProcessMeter.peakMegabytes() - before;
    System.out.printf(
        Locale.ROOT,
        "states %d: %.2f CPU-s from H to packed (factor %.2f), %.0f MB more at the peak,"
            + " %.4f bits, %.0f rounds, loss %.6g%s%n",
        states,
        cpu,
        factor,
        extra,
        result.linear().bits().bitsPerWeight(),
        result.diagnostics().get("rounds"),
        result.diagnostics().get("loss"),
        cpu > (states == 1 ? MOST_SCALAR : MOST_TRELLIS) || extra > MOST_MEGABYTES
            ? "  ABOVE THE LIMIT"
            : "");
  }
}
