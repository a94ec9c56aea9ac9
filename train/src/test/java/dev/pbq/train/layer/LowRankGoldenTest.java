package dev.pbq.train.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HQQ+'s layer against the reference program, its gradients against central differences. */
class LowRankGoldenTest {
  private static final String ONE_BIT = "hqq_lora_1b_0.safetensors";
  private static final String TWO_BITS = "hqq_lora_2b_1.safetensors";

  private static GoldenFile file(String name) {
    return GoldenSet.find("hqq-and-blocks", LowRankGoldenTest.class).file(name);
  }

  private static HqqLinear base(GoldenFile file) {
    FloatMatrix weight = file.matrix("W");
    int axis = Integer.parseInt(file.metadata("axis"));
    String size = file.metadata("group_size");
    int whole = axis == 1 ? weight.cols() : weight.rows();
    return new HqqLinear(
        weight.rows(),
        weight.cols(),
        new FlatGroups(axis, size.equals("None") ? whole : Integer.parseInt(size)),
        (1 << Integer.parseInt(file.metadata("nbits"))) - 1,
        ScaleDtype.F32,
        ComputeDtype.F32,
        file.bytes("unpacked"),
        new HqqParameters.Plain(file.floats("scale")),
        new HqqParameters.Plain(file.floats("zero")));
  }

  private static LowRankTrained layer(GoldenFile file, boolean mergeZero) {
    int rank = Integer.parseInt(file.metadata("r"));
    double factor = Double.parseDouble(file.metadata("lora_alpha")) / rank;
    return new LowRankTrained(
        "layer",
        base(file),
        new AdapterSettings(rank, factor, 1, 0, ScaleDtype.F32, mergeZero),
        file.floats("A"),
        file.floats("B"),
        Optional.of(file.floats("b")));
  }

  private static double[] outputs(GoldenFile file, LowRankLinear layer) {
    FloatMatrix x = file.matrix("x");
    FloatMatrix w = layer.dequantize();
    double[] y = new double[x.rows() * w.rows()];
    for (int t = 0, i = 0; t < x.rows(); t++) {
      for (int r = 0; r < w.rows(); r++, i++) {
        y[i] = layer.bias().orElseThrow()[r];
        for (int c = 0; c < w.cols(); c++) {
          y[i] += (double) x.get(t, c) * w.get(r, c);
        }
      }
    }
    return y;
  }

  private static void assertClose(double[] found, float[] expected, double tolerance) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("[%d]", i).isCloseTo(expected[i], within(tolerance));
    }
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @ParameterizedTest
  @ValueSource(strings = {ONE_BIT, TWO_BITS})
  void outputsAreTheReferences(String name) {
    GoldenFile file = file(name);
    LowRankTrained layer = layer(file, false);
    LowRankLinear packed = (LowRankLinear) layer.pack();
    assertClose(outputs(file, packed), file.floats("y"), 2e-6);
    float[] used = new float[packed.rows() * packed.cols()];
    layer.use(used);
    assertThat(used).isEqualTo(packed.dequantize().data());
    layer.useBase(used);
    assertClose(wide(used), file.floats("deq"), 1e-7);
  }

  @Test
  void zeroPointsMoveIntoTheAdapterExactly() {
    GoldenFile file = file(TWO_BITS);
    LowRankLinear apart = (LowRankLinear) layer(file, false).pack();
    LowRankTrained trained = layer(file, true);
    LowRankLinear merged = (LowRankLinear) trained.pack();
    assertThat(merged.rank()).isEqualTo(apart.rank() + 1);
    assertThat(merged.base().zero()).isInstanceOf(HqqParameters.None.class);
    assertClose(wide(merged.a()), file.floats("A_bar"), 1e-6);
    assertClose(wide(merged.b()), file.floats("B_bar"), 1e-6);
    assertClose(wide(merged.dequantize().data()), apart.dequantize().data(), 1e-6);
    assertClose(outputs(file, merged), file.floats("y_merged"), 2e-6);
    float[] base = new float[apart.rows() * apart.cols()];
    trained.useBase(base);
    assertClose(wide(base), apart.base().dequantize().data(), 1e-6);
  }

  @Test
  void groupsAlongBothAxesMergeWhereTheyAreWhole() {
    for (int[] groups : new int[][] {{1, 8}, {1, 16}, {1, 48}, {0, 6}, {0, 12}, {0, 48}}) {
      LowRankLinear plain = merge(new Random(3), groups[0], groups[1], false);
      LowRankLinear merged = merge(new Random(3), groups[0], groups[1], true);
      assertThat(merged.rank()).isEqualTo(plain.rank() + 1);
      assertClose(wide(merged.dequantize().data()), plain.dequantize().data(), 1e-6);
    }
  }

  private static LowRankLinear merge(Random random, int axis, int size, boolean merge) {
    byte[] codes = new byte[48];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(4);
    }
    float[] scale = new float[48 / size];
    float[] zero = new float[48 / size];
    for (int g = 0; g < scale.length; g++) {
      scale[g] = random.nextFloat();
      zero[g] = 3 * random.nextFloat();
    }
    HqqLinear base =
        new HqqLinear(
            6,
            8,
            new FlatGroups(axis, size),
            3,
            ScaleDtype.F32,
            ComputeDtype.F32,
            codes,
            new HqqParameters.Plain(scale),
            new HqqParameters.Plain(zero));
    return (LowRankLinear)
        LowRankTrained.start(
                "layer",
                base,
                new AdapterSettings(2, 1, 1, 0, ScaleDtype.F32, merge),
                Optional.empty(),
                1)
            .pack();
  }

  @Test
  void groupsThatCutRowsAreRefused() {
    GoldenFile file = file(ONE_BIT);
    assertThatThrownBy(() -> layer(file, true))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageContaining("layer: ")
        .hasMessageContaining("groups of 8 along axis 0 of [48, 64]");
  }

  @ParameterizedTest
  @ValueSource(strings = {ONE_BIT, TWO_BITS})
  void gradientsAreThoseOfCentralDifferences(String name) {
    GoldenFile file = file(name);
    LowRankTrained layer = layer(file, false);
    float[] weights = file.floats("y");
    layer.propagate(weightGradient(file, weights));
    float[] gradientA = layer.parameters().get(0).gradient().clone();
    float[] gradientB = layer.parameters().get(1).gradient().clone();
    double[] a = wide(file.floats("A"));
    double[] b = wide(file.floats("B"));
    for (int i = 0; i < a.length; i++) {
      assertThat((double) gradientA[i])
          .as("A %d", i)
          .isCloseTo(slope(file, a, i, a, b), within(2e-5));
    }
    for (int i = 0; i < b.length; i++) {
      assertThat((double) gradientB[i])
          .as("B %d", i)
          .isCloseTo(slope(file, b, i, a, b), within(2e-5));
    }
  }

  /** d loss / d of[i], where {@code of} is {@code a} or {@code b}. */
  private static double slope(GoldenFile file, double[] of, int i, double[] a, double[] b) {
    double h = 1e-4;
    double kept = of[i];
    of[i] = kept + h;
    double above = loss(file, a, b);
    of[i] = kept - h;
    double below = loss(file, a, b);
    of[i] = kept;
    return (above - below) / (2 * h);
  }

  /** The sum of outputs, weighted by the reference's own, of a layer computed in float64. */
  private static double loss(GoldenFile file, double[] a, double[] b) {
    FloatMatrix x = file.matrix("x");
    float[] weights = file.floats("y");
    int rank = Integer.parseInt(file.metadata("r"));
    double factor = Double.parseDouble(file.metadata("lora_alpha")) / rank;
    int outputs = b.length / rank;
    double sum = 0;
    for (int t = 0; t < x.rows(); t++) {
      for (int k = 0; k < rank; k++) {
        double narrow = 0;
        for (int c = 0; c < x.cols(); c++) {
          narrow += x.get(t, c) * a[c * rank + k];
        }
        for (int o = 0; o < outputs; o++) {
          sum += weights[t * outputs + o] * narrow * b[k * outputs + o] * factor;
        }
      }
    }
    return sum;
  }

  private static float[] weightGradient(GoldenFile file, float[] weights) {
    FloatMatrix x = file.matrix("x");
    int outputs = weights.length / x.rows();
    float[] gradient = new float[outputs * x.cols()];
    for (int t = 0; t < x.rows(); t++) {
      for (int o = 0; o < outputs; o++) {
        for (int c = 0; c < x.cols(); c++) {
          gradient[o * x.cols() + c] += weights[t * outputs + o] * x.get(t, c);
        }
      }
    }
    return gradient;
  }
}
