package dev.pbq.formats.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorFormatTest {
  private static final List<NumberFormat> SHIPPED =
      List.of(
          new FixedPoint(8, 7, true),
          new Logarithm(8, 63),
          new MiniFloat(8, 4, 7),
          new DenormFloat(8, 4, 7),
          new BlockFloat(6, 8, 127),
          new BlockMiniFloat(8, 4, 8),
          new BlockLogarithm(8, 8));

  private static final float[] SPECIAL = {
    0f,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    1e-40f,
    -1e-38f,
    1e-9f,
    -1e-9f,
    1e-8f,
    -1e-8f,
    1.0000001e-8f,
    0.5f,
    -1f,
    2f,
    1.96f,
    1.9999999f,
    65504f,
    -1e30f,
    3e38f,
    Float.MAX_VALUE,
    0x1p127f,
    -0x1.000002p127f,
    0x1p-20f,
    0x1.00001ep-7f,
    0x1.fffff0p4f
  };

  /** Numbers of all sizes, most of them of about one. */
  private static float[] numbers(Random random, int n, boolean nonFinite) {
    float[] x = new float[n];
    double scale = Math.pow(2, random.nextInt(60) - 40);
    for (int i = 0; i < n; i++) {
      x[i] =
          switch (random.nextInt(12)) {
            case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
            case 1 -> 0f;
            case 2 -> (float) Math.pow(2, random.nextInt(40) - 30);
            case 3 -> Float.intBitsToFloat(random.nextInt() & 0xff7fffff);
            default -> (float) (random.nextGaussian() * scale);
          };
      if (nonFinite && random.nextInt(200) == 0) {
        x[i] =
            switch (random.nextInt(3)) {
              case 0 -> Float.NaN;
              case 1 -> Float.POSITIVE_INFINITY;
              default -> Float.NEGATIVE_INFINITY;
            };
      }
    }
    if (random.nextInt(10) == 0) {
      java.util.Arrays.fill(x, 0f);
    }
    return x;
  }

  private static List<NumberFormat> formats(Random random) {
    int width = 2 + random.nextInt(10);
    int wide = 3 + random.nextInt(10);
    int exponent = 1 + random.nextInt(Math.min(8, wide - 2));
    int bias = random.nextInt(5) == 0 ? 127 : random.nextInt(60) - 20;
    int shared = 1 + random.nextInt(8);
    return List.of(
        new FixedPoint(width, random.nextInt(30) - 10, random.nextInt(4) > 0),
        new Logarithm(width, bias),
        new MiniFloat(wide, exponent, bias),
        new DenormFloat(wide, exponent, bias),
        new BlockFloat(width, shared, bias),
        new BlockMiniFloat(wide, exponent, shared),
        new BlockLogarithm(width, shared));
  }

  @Property(tries = 400)
  void compatIsTheReferenceOnAnyInput(
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 40) int cols,
      @ForAll @IntRange(min = 1, max = 9) int blockRows,
      @ForAll @IntRange(min = 1, max = 40) int blockCols,
      @ForAll long seed) {
    Random random = new Random(seed);
    int br = Math.min(rows, blockRows);
    int bc = Math.min(cols, blockCols);
    for (NumberFormat format : formats(random)) {
      float[] x = numbers(random, rows * cols, true);
      float[] expected = ReferenceArithmetic.quantize(format, x, rows, cols, br, bc);
      float[] y = x.clone();
      new TensorFormat(format, BlockShape.of(blockRows, blockCols), Rules.COMPAT)
          .quantize(FloatBuffer.wrap(y), false, rows, cols);
      for (int i = 0; i < y.length; i++) {
        if (y[i] != expected[i] && !(Float.isNaN(y[i]) && Float.isNaN(expected[i]))) {
          assertThat(y[i]).as("%s of %s at %d", format, x[i], i).isEqualTo(expected[i]);
        }
      }
    }
  }

  @Property(tries = 400)
  void packedIsWhatWasComputed(
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 40) int cols,
      @ForAll @IntRange(min = 1, max = 9) int blockRows,
      @ForAll @IntRange(min = 1, max = 40) int blockCols,
      @ForAll long seed) {
    Random random = new Random(seed);
    for (NumberFormat format : formats(random)) {
      if (format.width() > 8 || (format instanceof FixedPoint f && !f.signed())) {
        continue;
      }
      FloatMatrix w = new FloatMatrix(rows, cols, numbers(random, rows * cols, false));
      for (Rules rules : Rules.values()) {
        TensorFormat tensor = new TensorFormat(format, BlockShape.of(blockRows, blockCols), rules);
        float[] y = w.data().clone();
        tensor.quantize(FloatBuffer.wrap(y), false, rows, cols);
        if (rules == Rules.COMPAT && !finite(y)) {
          assertThatThrownBy(() -> tensor.pack("layers.3.fc1", w))
              .isInstanceOf(PbqException.class)
              .hasMessageContaining("layers.3.fc1")
              .hasMessageContaining("compat");
          continue;
        }
        BlockFormatLinear packed = tensor.pack("layer", w);
        assertThat(packed.dequantize().data()).isEqualTo(y);
        assertThat(rules == Rules.COMPAT || packed.kept().count() == 0).isTrue();
      }
    }
  }

  private static boolean finite(float[] x) {
    for (float v : x) {
      if (!Float.isFinite(v)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void fixedRulesGiveFiniteNumbersForHugeOnes() {
    for (NumberFormat format : SHIPPED) {
      for (float huge : new float[] {Float.MAX_VALUE, Float.POSITIVE_INFINITY, 0x1p127f}) {
        float[] y = {huge, -huge, 1f, 0f};
        quantize(format, y);
        assertThat(finite(y)).as("%s of %s", format, huge).isTrue();
        assertThat(y[0]).isPositive();
        assertThat(y[1]).isNegative();
      }
    }
    float[] y = {Float.MAX_VALUE, 0x1p126f};
    quantize(new BlockFloat(4, 8, 127), y);
    assertThat(y).containsExactly(0.875f * 0x1p127f, 0x1p126f);
  }

  @Test
  void numbersNearZeroBecomeZeroByFixedRules() {
    for (NumberFormat format : SHIPPED) {
      if (format instanceof Logarithm || format instanceof BlockLogarithm) {
        continue;
      }
      float[] y = {1e-8f, -1e-8f, 0f, -0f, Float.MIN_VALUE, -1e-40f};
      quantize(format, y);
      assertThat(y).as("%s", format).containsOnly(0f);
    }
  }

  @Test
  void logarithmsHaveNoZero() {
    float[] y = {0f, -0f, 1e-30f, -1e-30f, -0x1p-63f * 0.1f, -0x1p-63f};
    quantize(new Logarithm(8, 63), y);
    assertThat(y).containsExactly(0x1p-63f, 0x1p-63f, 0x1p-63f, 0x1p-63f, 0x1p-63f, -0x1p-63f);
    float[] reference = {-0x1p-63f * 0.1f};
    new TensorFormat(new Logarithm(8, 63), BlockShape.WHOLE, Rules.COMPAT)
        .quantize(FloatBuffer.wrap(reference), false, 1);
    assertThat(reference).containsExactly(0f);
  }

  @Test
  void aNumberThatIsNoneStaysNoneAndSpoilsItsBlockAlone() {
    for (NumberFormat format : SHIPPED) {
      float[] x = Synthetic.weight(1, 48, 1).data();
      float[] clean = x.clone();
      quantize(format, clean);
      x[20] = Float.NaN;
      quantize(format, x);
      for (int i = 0; i < 48; i++) {
        boolean spoilt = format.sharedBits() > 0 ? i / 16 == 1 : i == 20;
        assertThat(Float.isNaN(x[i])).as("%s at %d", format, i).isEqualTo(spoilt);
        assertThat(spoilt || x[i] == clean[i]).isTrue();
      }
    }
  }

  private static void quantize(NumberFormat format, float[] y) {
    new TensorFormat(format, BlockShape.of(1, 16), Rules.FIXED)
        .quantize(FloatBuffer.wrap(y), false, 1, y.length);
  }

  @Test
  void blockMinifloatReachesItsMaximumByFixedRules() {
    // Weights of about 0.02: the reference makes nearly all of them zero.
    FloatMatrix w = Synthetic.weight(64, 256, 3);
    BlockMiniFloat format = new BlockMiniFloat(8, 4, 8);
    assertThat(relativeError(format, w, Rules.COMPAT)).isGreaterThan(0.5);
    assertThat(relativeError(format, w, Rules.FIXED)).isLessThan(0.04);
    // The largest of a block is in the highest binade, and nothing saturates.
    float[] y = {0.0146f, 0.001f};
    quantize(format, y);
    assertThat(y[0]).isEqualTo(0.0146484375f);
  }

  private static double relativeError(NumberFormat format, FloatMatrix w, Rules rules) {
    float[] y = w.data().clone();
    new TensorFormat(format, BlockShape.of(1, 16), rules)
        .quantize(FloatBuffer.wrap(y), false, w.rows(), w.cols());
    double error = 0;
    double norm = 0;
    for (int i = 0; i < y.length; i++) {
      error += Math.pow(y[i] - w.data()[i], 2);
      norm += Math.pow(w.data()[i], 2);
    }
    return Math.sqrt(error / norm);
  }

  @ParameterizedTest
  @CsvSource({"8, .0097", "6, .0392", "5, .0771", "4, .1492", "3, .2715", "2, .4715"})
  void errorOfBlockFloatsOfLanguageModelWeights(int width, double error) {
    // The published figures are of another draw: 256 x 512 weights of deviation 0.02 with outliers.
    double ours =
        relativeError(new BlockFloat(width, 8, 127), Synthetic.weight(256, 512, 9), Rules.FIXED);
    assertThat(ours).isBetween(0.6 * error, 1.4 * error);
  }

  /** Why weights that are packed are not rounded again when the model is run. */
  @Test
  void roundingTwiceIsNotRoundingOnce() {
    float[] y = {0.51f, 0.25f};
    quantize(new BlockFloat(6, 8, 127), y);
    assertThat(y).containsExactly(0.5f, 0.25f);
    quantize(new BlockFloat(6, 8, 127), y);
    assertThat(y).containsExactly(31 / 64f, 0.25f);
  }

  @Test
  void matricesOfTheirOwnDoNotDependOnEachOther() {
    BlockLogarithm format = new BlockLogarithm(4, 8);
    TensorFormat tensor = new TensorFormat(format, BlockShape.of(1, 16), Rules.FIXED);
    float[] x = Synthetic.weight(6, 80, 4).data();
    java.util.Arrays.fill(x, 0, 40, 0f);
    java.util.Arrays.fill(x, 170, 190, 0f);
    float[] together = x.clone();
    tensor.quantizeEach(FloatBuffer.wrap(together), 3, 2, 80);
    for (int m = 0; m < 3; m++) {
      float[] alone = java.util.Arrays.copyOfRange(x, m * 160, (m + 1) * 160);
      tensor.quantize(FloatBuffer.wrap(alone), false, 2, 80);
      assertThat(java.util.Arrays.copyOfRange(together, m * 160, (m + 1) * 160)).isEqualTo(alone);
    }
    float[] asOne = x.clone();
    tensor.quantize(FloatBuffer.wrap(asOne), true, 3, 2, 80);
    assertThat(asOne[0]).as("the smallest maximum of all").isNotEqualTo(together[0]);
  }

  @Test
  void resultsDoNotDependOnThreads() {
    FloatMatrix w = Synthetic.weight(300, 700, 8);
    for (NumberFormat format : SHIPPED) {
      for (BlockShape blocks : List.of(BlockShape.of(1, 16), BlockShape.of(-1, 33))) {
        TensorFormat tensor = new TensorFormat(format, blocks, Rules.FIXED);
        BlockFormatLinear one = Parallel.withThreads(1, () -> tensor.pack("w", w));
        BlockFormatLinear four = Parallel.withThreads(4, () -> tensor.pack("w", w));
        assertThat(four).isEqualTo(one);
      }
    }
  }

  @Test
  void directBuffersAreRoundedInPlace() {
    FloatMatrix w = Synthetic.weight(5, 40, 2);
    FloatBuffer direct = Synthetic.direct(w.data());
    TensorFormat tensor =
        new TensorFormat(new BlockFloat(4, 8, 127), BlockShape.of(1, 16), Rules.FIXED);
    tensor.quantizeEach(direct, 1, 5, 40);
    assertThat(direct.position()).isZero();
    float[] y = new float[200];
    direct.get(y);
    assertThat(y).isEqualTo(tensor.pack("w", w).dequantize().data());
  }

  @Test
  void equalityIsThatOfFormatBlocksAndRules() {
    TensorFormat a = new TensorFormat(SHIPPED.get(4), BlockShape.of(1, 16), Rules.FIXED);
    assertThat(a)
        .isEqualTo(new TensorFormat(SHIPPED.get(4), BlockShape.of(1, 16), Rules.FIXED))
        .hasSameHashCodeAs(new TensorFormat(SHIPPED.get(4), BlockShape.of(1, 16), Rules.FIXED))
        .isNotEqualTo(new TensorFormat(SHIPPED.get(4), BlockShape.of(1, 8), Rules.FIXED))
        .isNotEqualTo(new TensorFormat(SHIPPED.get(4), BlockShape.of(1, 16), Rules.COMPAT));
  }
}
