package dev.pbq.arb.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.arb.choice.BreakPoints;
import dev.pbq.arb.choice.Division;
import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The first block of every pipeline of the golden manifest: its search sees the weights as given.
 */
class PartitionGoldenTest {
  private static final double RELATIVE = 1e-9;

  private final GoldenSet golden = GoldenSet.find("arb-llm", PartitionGoldenTest.class);
  private final JsonNode manifest = golden.manifest("manifest.json");

  @TestFactory
  List<DynamicTest> firstBlocks() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : manifest.get("cases")) {
      if (c.get("kind").asText().equals("pipeline")) {
        tests.add(DynamicTest.dynamicTest(c.get("name").asText(), () -> compare(c)));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private void compare(JsonNode c) {
    JsonNode params = c.get("params");
    GoldenFile expected = golden.file(c.get("file").asText());
    JsonNode problem = manifest.get("problems").get(c.get("problem").asText());
    GoldenFile inputs = golden.file(problem.get("file").asText());
    DoubleMatrix w = inputs.doubleMatrix("W");
    int n = w.rows();
    int k = Math.min(w.cols(), params.path("block").asInt(128));
    for (JsonNode dead : c.path("dead_columns")) {
      for (int i = 0; i < n; i++) {
        w.data()[i * w.cols() + dead.asInt()] = 0;
      }
    }
    double[] u = expected.doubles("Udiag");
    DoubleMatrix block = DoubleMatrix.zeros(n, k);
    DoubleMatrix metric = DoubleMatrix.zeros(n, k);
    boolean magnitude = params.path("metric").asText().equals("magnitude");
    for (int i = 0; i < n * k; i++) {
      double v = w.get(i / k, i % k);
      block.data()[i] = v;
      metric.data()[i] = magnitude ? v : v * v / (u[i % k] * u[i % k]);
    }
    String method = params.get("method").asText();
    Optional<DoubleMatrix> s =
        method.equals("arb-x")
            ? Optional.of(second(inputs.doubleMatrix("X"), k, c.get("nseq").asInt()))
            : Optional.empty();

    boolean onWeights = params.path("target").asText().equals("weight");
    Partition p =
        new PartitionSearch(settings(params), constantFit(method, params), roundFit(method, params))
            .search(metric, onWeights ? block : metric, s);
    compare(p, expected, c.get("blocks").get(0));
  }

  private static void compare(Partition p, GoldenFile expected, JsonNode block) {
    int[] order = integers(expected, "b0.col_order");
    assertThat(Arrays.copyOf(p.trace().columnOrder(), order.length)).isEqualTo(order);
    close(p.trace().salientErrors(), expected.doubles("b0.sal_err"), "sal_err");
    splits(p.trace().salient(), expected, "sal");
    splits(p.trace().other(), expected, "ns");
    int[] orders = new int[block.get("orders").size()];
    for (int g = 0; g < orders.length; g++) {
      orders[g] = block.get("orders").get(g).asInt();
    }
    assertThat(p.groups().orders()).isEqualTo(orders);
    byte[] of = p.groups().of();
    assertThat(IntStream.range(0, of.length).map(i -> of[i]).toArray())
        .isEqualTo(integers(expected, "b0.group_id"));
    int salient = 0;
    for (boolean flag : p.salientColumns()) {
      salient += flag ? 1 : 0;
    }
    assertThat(salient).isEqualTo(block.get("n_salient").asInt());
  }

  private static void splits(List<Split> splits, GoldenFile expected, String side) {
    if (!expected.has("b0.split_" + side + "_p")) {
      assertThat(splits).isEmpty();
      return;
    }
    double[] points = expected.doubles("b0.split_" + side + "_p");
    double[] errors = expected.doubles("b0.split_" + side + "_err");
    double[] thresholds = expected.doubles("b0.thr_" + side);
    assertThat(splits).hasSize(thresholds.length);
    for (int round = 0; round < thresholds.length; round++) {
      int at = 81 * round;
      Split split = splits.get(round);
      close(split.candidates(), Arrays.copyOfRange(points, at, at + 81), side + " p");
      close(split.errors(), Arrays.copyOfRange(errors, at, at + 81), side + " err");
      close(new double[] {split.threshold()}, new double[] {thresholds[round]}, side + " thr");
    }
  }

  private static void close(double[] actual, double[] expected, String what) {
    assertThat(actual).as(what).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("%s[%d]", what, i)
          .isCloseTo(expected[i], within(RELATIVE * Math.abs(expected[i])));
    }
  }

  private static PartitionSettings settings(JsonNode params) {
    return new PartitionSettings(
        Division.BOTH,
        params.get("cgb").asBoolean(),
        params.path("num_p").asInt(1) + 1,
        1,
        params.path("up_lim").asInt(50),
        2,
        BreakPoints.PERCENTILE,
        true,
        false);
  }

  private static GroupFitter constantFit(String method, JsonNode params) {
    int iterations = params.path("T").asInt(15);
    return switch (method) {
      case "billm" -> NaiveFitters.rb();
      case "arb", "arb-x" -> NaiveFitters.arb(iterations);
      case "arb-rc" -> NaiveFitters.rc(iterations, params.path("eps").asDouble(0));
      default -> throw new IllegalStateException(method);
    };
  }

  private static GroupFitter roundFit(String method, JsonNode params) {
    return method.equals("arb-rc")
        ? NaiveFitters.rc(0, params.path("eps").asDouble(0))
        : NaiveFitters.rb();
  }

  /** X^T X over the number of sequences, for the first {@code k} columns. */
  private static DoubleMatrix second(DoubleMatrix x, int k, int sequences) {
    DoubleMatrix s = DoubleMatrix.zeros(k, k);
    for (int t = 0; t < x.rows(); t++) {
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) {
          s.data()[i * k + j] += x.get(t, i) * x.get(t, j) / sequences;
        }
      }
    }
    return s;
  }

  private static int[] integers(GoldenFile file, String name) {
    float[] values = file.floats(name);
    int[] integers = new int[values.length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = Math.round(values[i]);
    }
    return integers;
  }
}
