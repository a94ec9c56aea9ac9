package dev.pbq.eval.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.MapWeights;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.ReferenceLlama;
import dev.pbq.core.model.ReferenceOpt;
import dev.pbq.core.model.TestConfigs;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variances against models written in float64, and whatever the batches. */
class VarianceProfilerTest {
  private static final int TOKENS = 24;

  @TempDir private Path folder;

  @Test
  void everyOperationOfLlamaIsThatOfTheReference() {
    JsonNode config = TestConfigs.llama("{'attention_bias': true}");
    MapWeights weights = ReferenceLlama.randomWeights(config, 3);
    int[][] windows = windows(5);
    Map<String, Double> expected =
        expected(windows, (ids, seen) -> new ReferenceLlama(config, weights, seen).logits(ids));
    compare(config, weights, windows, expected, 13);
  }

  @Test
  void everyOperationOfOptIsThatOfTheReference() {
    JsonNode config = TestConfigs.opt("{'activation_function': 'relu'}");
    MapWeights weights = ReferenceOpt.randomWeights(config, 4);
    int[][] windows = windows(5);
    Map<String, Double> expected =
        expected(windows, (ids, seen) -> new ReferenceOpt(config, weights, seen).logits(ids));
    compare(config, weights, windows, expected, 12);
  }

  private void compare(
      JsonNode config,
      MapWeights weights,
      int[][] windows,
      Map<String, Double> expected,
      int operations) {
    VarianceProfile one = profile(config, weights, windows, 1);
    assertThat(one.activations()).hasSize(2 * operations).hasSize(expected.size());
    for (VarianceEntry entry : one.activations()) {
      double wanted = expected.get(entry.block() + " " + entry.operation());
      assertThat(entry.variance()).as("%s", entry).isCloseTo(wanted, within(2e-5 * wanted));
    }
    for (int batch : new int[] {2, 5}) {
      VarianceProfile other = profile(config, weights, windows, batch);
      for (int i = 0; i < one.activations().size(); i++) {
        double wanted = one.activations().get(i).variance();
        assertThat(other.activations().get(i).variance())
            .as("%s", one.activations().get(i))
            .isCloseTo(wanted, within(1e-6 * wanted));
      }
      assertThat(other.weights()).isEqualTo(one.weights());
    }
    CausalModel model = Architectures.of(config, "c");
    List<Linear> linears = new ArrayList<>();
    for (int b = 0; b < model.blocks(); b++) {
      model.linearInputs(b).forEach(input -> linears.addAll(input.linears()));
    }
    assertThat(one.weights()).hasSize(linears.size());
    for (int i = 0; i < linears.size(); i++) {
      float[] w = weights.values(linears.get(i).weight());
      double[] values = new double[w.length];
      Arrays.setAll(values, j -> w[j]);
      double wanted = squares(values) / (values.length - 1);
      assertThat(one.weights().get(i).operation()).isEqualTo(linears.get(i).shortName());
      assertThat(one.weights().get(i).variance()).isCloseTo(wanted, within(1e-12 * wanted));
    }
  }

  @Test
  void theModelRunsInItsNumberFormats() {
    JsonNode config = TestConfigs.llama("{}");
    MapWeights weights = ReferenceLlama.randomWeights(config, 6);
    // Queries become zero, once they have been measured: all scores are zero then.
    ProductOperands noQueries =
        (product, operand) ->
            product.kind() == Product.Kind.SCORES && operand == Operand.LEFT
                ? (x, matrices, rows, cols) -> {
                  for (int i = 0; i < matrices * rows * cols; i++) {
                    x.put(i, 0);
                  }
                }
                : OperandTransform.NONE;
    VarianceProfile plain = profile(config, weights, ProductOperands.UNCHANGED);
    VarianceProfile changed = profile(config, weights, noQueries);
    assertThat(variance(changed, "matmul_0_in_q")).isEqualTo(variance(plain, "matmul_0_in_q"));
    assertThat(variance(plain, "matmul_0_out")).isGreaterThan(0);
    assertThat(variance(changed, "matmul_0_out")).isZero();
  }

  private VarianceProfile profile(JsonNode config, MapWeights weights, ProductOperands operands) {
    return profile(config, weights, operands, windows(2), 1);
  }

  /** Of the first block, whose inputs are the same whatever the formats. */
  private static double variance(VarianceProfile profile, String operation) {
    return profile.activations().stream()
        .filter(e -> e.block() == 0 && e.operation().equals(operation))
        .findFirst()
        .orElseThrow()
        .variance();
  }

  @Test
  void piecesOfSamplesDoNotMatter() {
    Random random = new Random(1);
    float[] values = new float[7 * 60];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (1000 + random.nextGaussian());
    }
    SampleVariance whole = new SampleVariance();
    whole.add(FloatBuffer.wrap(values), 60);
    SampleVariance pieces = new SampleVariance();
    for (int from = 0; from < values.length; from += 35) {
      pieces.add(FloatBuffer.wrap(Arrays.copyOfRange(values, from, from + 35)), 60);
    }
    assertThat(pieces.variance()).isCloseTo(whole.variance(), within(1e-12 * whole.variance()));
    List<double[]> samples = new ArrayList<>();
    for (int s = 0; s < 7; s++) {
      double[] sample = new double[60];
      for (int i = 0; i < 60; i++) {
        sample[i] = values[s * 60 + i];
      }
      samples.add(sample);
    }
    assertThat(whole.variance()).isCloseTo(merged(samples), within(1e-9));
  }

  private VarianceProfile profile(JsonNode config, MapWeights weights, int[][] windows, int batch) {
    return profile(config, weights, ProductOperands.UNCHANGED, windows, batch);
  }

  private VarianceProfile profile(
      JsonNode config, MapWeights weights, ProductOperands operands, int[][] windows, int batch) {
    CausalModel model = Architectures.of(config, "c");
    Engines.setThreads(1);
    try (NDManager manager = Engines.newManager()) {
      return new VarianceProfiler(model, weights, operands, folder)
          .profile(
              windows,
              new HiddenStates(windows.length, TOKENS, model.hiddenSize(), batch),
              manager,
              ProfileProgress.SILENT);
    }
  }

  private static int[][] windows(int count) {
    int[][] windows = new int[count][];
    Arrays.setAll(windows, i -> TestConfigs.ids(TOKENS, 10 + i));
    return windows;
  }

  /** The merged variances by block and operation. */
  private static Map<String, Double> expected(
      int[][] windows, BiConsumer<int[], BiConsumer<String, double[]>> model) {
    Map<String, List<double[]>> samples = new LinkedHashMap<>();
    for (int[] window : windows) {
      Map<String, List<double[]>> pieces = new LinkedHashMap<>();
      model.accept(
          window,
          (name, values) -> pieces.computeIfAbsent(name, n -> new ArrayList<>()).add(values));
      pieces.forEach(
          (name, all) ->
              samples
                  .computeIfAbsent(name, n -> new ArrayList<>())
                  .add(all.stream().flatMapToDouble(Arrays::stream).toArray()));
    }
    Map<String, Double> merged = new LinkedHashMap<>();
    samples.forEach((name, all) -> merged.put(name, merged(all)));
    return merged;
  }

  /** In closed form: unbiased variances within samples, and the spread of their means. */
  private static double merged(List<double[]> samples) {
    double mean = samples.stream().flatMapToDouble(Arrays::stream).average().orElseThrow();
    double sum = 0;
    for (double[] sample : samples) {
      double own = Arrays.stream(sample).average().orElseThrow();
      sum += squares(sample) / (sample.length - 1) + (own - mean) * (own - mean);
    }
    return sum / samples.size();
  }

  private static double squares(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
  }
}
