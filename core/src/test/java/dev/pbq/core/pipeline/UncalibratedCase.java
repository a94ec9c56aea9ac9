package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.testkit.SyntheticModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs of a small model without calibration, with a quantizer that rounds to two bits. */
abstract class UncalibratedCase {
  @TempDir Path folder;
  ModelFolder source;
  CausalModel model;

  @BeforeEach
  void makeModel() throws IOException {
    source = SyntheticModel.llama(folder.resolve("model"), 3);
    model = Architectures.of(source.config(), "synthetic");
  }

  /** Rounds to two bits; what happens around that is a test's. */
  static class Rounding implements TwoBits {
    @Override
    public String name() {
      return "rounding";
    }

    @Override
    public CalibrationNeed calibrationNeed() {
      return CalibrationNeed.NONE;
    }

    @Override
    public Quantization quantize(LinearProblem problem) {
      return new Quantization(HessianRecorder.rounded(problem.weight()), Map.of());
    }
  }

  private static NDManager noEngine() {
    throw new AssertionError("no engine is needed");
  }

  final QuantizationPlan plan(Quantizer quantizer) {
    return QuantizationPlan.of(model, LinearSelection.all(), linear -> quantizer);
  }

  final Path run(String name, Quantizer quantizer, int threads, boolean resume) {
    return run(name, quantizer, threads, resume, ProgressListener.SILENT);
  }

  final Path run(
      String name, Quantizer quantizer, int threads, boolean resume, ProgressListener progress) {
    Path output = folder.resolve(name);
    RunSettings settings =
        new RunSettings(
            "synthetic",
            quantizer.name(),
            new ObjectMapper().createObjectNode(),
            "test",
            new RunOutput(output, resume, false, ShardSize.DEFAULT, Map.of()));
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      QuantizationRun run =
          new QuantizationRun(
              source, weights, model, plan(quantizer), Optional.empty(), settings, progress);
      Parallel.withThreads(threads, () -> run.run(UncalibratedCase::noEngine));
    }
    return output;
  }
}
