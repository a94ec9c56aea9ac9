package dev.pbq.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.arb.ArbProvider;
import dev.pbq.arb.ArbSettings;
import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Locale;
import java.util.Optional;

/**
 * One layer with BiLLM and ARB-LLM: CPU seconds and memory from the Hessian to the packed layer,
 * the factor included. Arguments: size (4096), threads (all), repetitions (2).
 */
public final class ArbMacro {
  private static final int TOKENS = 2048;

  private record Run(String method, String settings) {}

  private static final Run[] RUNS = {
    new Run("billm", "{}"),
    new Run("arb", "{\"cgb\":true}"),
    new Run("arb-x", "{\"cgb\":true}"),
    new Run("arb-rc", "{\"cgb\":true}"),
    new Run("arb-x", "{\"preset\":\"best\"}"),
    new Run("arb-rc", "{\"preset\":\"best\"}"),
  };

  private ArbMacro() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws JsonProcessingException {
    int size = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
    int threads =
        args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
    int repetitions = args.length > 2 ? Integer.parseInt(args[2]) : 2;
    FloatMatrix w = SyntheticLayer.weight(size, size);
    for (Run run : RUNS) {
      Quantizer quantizer =
          new ArbProvider()
              .create(run.method, new ObjectMapper().readValue(run.settings, ArbSettings.class));
      for (int i = 0; i < repetitions; i++) {
        Parallel.withThreads(
            threads,
            () -> {
              measure(run.method + " " + run.settings, quantizer, w);
              return null;
            });
      }
    }
  }

  private static void measure(String what, Quantizer quantizer, FloatMatrix w) {
    try (HessianAccumulator accumulator = new HessianAccumulator(w.cols())) {
      for (int i = 0; i < 4; i++) {
        accumulator.add(SyntheticLayer.inputs(TOKENS, w.cols(), i), TOKENS, 1);
      }
      try (Hessian hessian = accumulator.finish("inputs")) {
        LinearProblem problem = new LinearProblem("layer", w, Optional.of(hessian));
        System.gc();
        double before = ProcessMeter.residentMegabytes();
        ProcessMeter.resetPeak();
        double cpu = ProcessMeter.cpuSeconds();
        long start = System.nanoTime();
        Quantization q = quantizer.quantize(problem);
        q.linear().write(new PackedTensorCollector("layer"));
        double wall = (System.nanoTime() - start) * 1e-9;
        cpu = ProcessMeter.cpuSeconds() - cpu;
        double peak = ProcessMeter.peakMegabytes();
        FloatMatrix d = q.linear().dequantize();
        for (int i = 0; i < d.data().length; i++) {
          d.data()[i] -= w.data()[i];
        }
        System.out.printf(
            Locale.ROOT,
            "%-28s %6.2f CPU-s %6.2f s, %4.0f MB extra, %.3f bits, salient %.3f, error %.5f%n",
            what,
            cpu,
            wall,
            peak - before,
            q.linear().bits().bitsPerWeight(),
            q.diagnostics().get("salient"),
            hessian.quadraticTrace(d) / hessian.quadraticTrace(w));
      }
    }
  }
}
