package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.hqq.algebra.CodeProduct;
import dev.pbq.hqq.algebra.LowRank;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Adapters on quantized layers: the reference's forward, and the merge into rank r + 1. */
class HqqLoraGoldenTest {
  private final HqqGolden golden = new HqqGolden();

  @TestFactory
  Stream<DynamicTest> cases() {
    return golden.paths("hqq_lora_.*\\.safetensors").stream()
        .map(path -> DynamicTest.dynamicTest(path, () -> compare(golden.file(path))));
  }

  private static void compare(GoldenFile file) {
    DoubleMatrix x = widened(file, "x");
    int outputs = file.shape("W")[0];
    int inputs = file.shape("W")[1];
    String groupSize = file.metadata("group_size");
    int axis = Integer.parseInt(file.metadata("axis"));
    int size =
        groupSize.equals("None") ? (axis == 1 ? inputs : outputs) : Integer.parseInt(groupSize);
    CodeProduct codes =
        new CodeProduct(
            outputs,
            inputs,
            new FlatGroups(axis, size),
            file.bytes("unpacked"),
            widened(file.floats("scale")),
            widened(file.floats("zero")));
    LowRank adapter = new LowRank(widened(file, "A"), widened(file, "B"));
    double alpha = Double.parseDouble(file.metadata("lora_alpha"));
    assertThat(adapter.rank()).isEqualTo(Integer.parseInt(file.metadata("r")));
    double[] bias = widened(file.floats("b"));
    for (int i = 0; i < x.rows(); i++) {
      double[] input = Arrays.copyOfRange(x.data(), i * inputs, (i + 1) * inputs);
      double[] base = codes.times(input);
      double[] low = adapter.times(input);
      double[] y = new double[outputs];
      for (int o = 0; o < outputs; o++) {
        y[o] = base[o] + low[o] * alpha / adapter.rank() + bias[o];
      }
      assertNear(y, file.floats("y"), i * outputs);
    }
    if (file.has("A_bar")) {
      compareMerged(file, codes, LowRank.merged(adapter, alpha, codes.offsets()), x, bias);
    }
  }

  private static void compareMerged(
      GoldenFile file, CodeProduct codes, LowRank merged, DoubleMatrix x, double[] bias) {
    assertNear(codes.offsets(), file.floats("u"), 0);
    assertNear(merged.a().data(), file.floats("A_bar"), 0);
    assertNear(merged.b().data(), file.floats("B_bar"), 0);
    CodeProduct bare =
        new CodeProduct(
            codes.rows(),
            codes.cols(),
            codes.groups(),
            codes.codes(),
            codes.scale(),
            new double[codes.zero().length]);
    for (int i = 0; i < x.rows(); i++) {
      double[] input = Arrays.copyOfRange(x.data(), i * codes.cols(), (i + 1) * codes.cols());
      double[] y = bare.times(input);
      double[] low = merged.times(input);
      for (int o = 0; o < y.length; o++) {
        y[o] += low[o] + bias[o];
      }
      assertNear(y, file.floats("y_merged"), i * y.length);
      assertNear(y, file.floats("y"), i * y.length);
    }
  }

  /** To 1e-5 of the largest. */
  private static void assertNear(double[] ours, float[] expected, int from) {
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < ours.length; i++) {
      assertThat(Math.abs(ours[i] - expected[from + i])).isLessThanOrEqualTo(1e-5 * largest);
    }
  }

  private static DoubleMatrix widened(GoldenFile file, String name) {
    int[] shape = file.shape(name);
    return new DoubleMatrix(shape[0], shape[1], widened(file.floats(name)));
  }

  private static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
