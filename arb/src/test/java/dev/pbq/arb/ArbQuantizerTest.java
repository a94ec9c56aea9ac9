package dev.pbq.arb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.GroupLayout;
import dev.pbq.core.packed.PackedLinears;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.MemoryPackedWriter;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers from Hessian to packed form, and what their settings refuse. */
class ArbQuantizerTest {
  private static final List<String> SETTINGS =
      List.of(
          "{}",
          "{\"cgb\":true}",
          "{\"cgb\":true,\"groups\":4}",
          "{\"cgb\":true,\"groups\":3,\"publishedMultisplit\":true}",
          "{\"searchTarget\":\"weight\",\"searchOrder\":1,\"breakPoints\":\"max-fraction\"}",
          "{\"division\":\"columns\"}",
          "{\"division\":\"groups\"}",
          "{\"division\":\"none\"}",
          "{\"salientMetric\":\"magnitude\",\"rowMean\":false}",
          "{\"compensation\":\"exact\",\"scaleDtype\":\"f32\"}",
          "{\"disableGptq\":true,\"bitmaps\":\"coded\"}",
          "{\"codes\":\"signs\",\"refine\":2}",
          "{\"preset\":\"best\"}",
          "{\"cgb\":true,\"refine\":2,\"scaleDtype\":\"u8\",\"shareColumns\":true}",
          "{\"cgb\":true,\"refine\":1,\"scaleDtype\":\"u8\",\"shareMeans\":\"block\"}");

  @Provide
  Arbitrary<ArbSettings> settings() {
    return Arbitraries.of(SETTINGS).map(ArbQuantizerTest::settings);
  }

  /** Widths that blocks do not divide, blocks narrower than the search, single columns and rows. */
  @Property(tries = 150)
  void whatIsStoredIsWhatWasComputed(
      @ForAll ArbMethod method,
      @ForAll("settings") ArbSettings settings,
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 70) int cols,
      @ForAll @IntRange(min = 1, max = 80) int blocksize,
      @ForAll long seed) {
    Random random = new Random(seed);
    ArbSettings s = withBlocksize(settings, blocksize);
    Assume.that(method == ArbMethod.ARB_RC || !s.shareColumns());
    Assume.that(method != ArbMethod.ARB_RC || s.shareMeans() == GroupLayout.MeanSharing.EACH);
    FloatMatrix w = weights(random, rows, cols);
    try (Hessian h = hessian(random, cols, random.nextInt(4) == 0 ? cols / 2 : -1)) {
      Quantization q = new ArbQuantizer(method, s).quantize(problem(w, h));
      assertThat(q.diagnostics().get("loss")).isNotNegative().isFinite();
      assertThat(q.paperBits().orElseThrow()).isBetween(1.0, 2.0);
      MemoryPackedWriter out = new MemoryPackedWriter();
      q.linear().write(out);
      assertThat(q.linear().bits().total()).isEqualTo(8 * out.bytes());
      assertThat(PackedLinears.read(out.reader("layer"))).isEqualTo(q.linear());
      for (float v : q.linear().dequantize().data()) {
        assertThat(v).isFinite();
      }
    }
  }

  /**
   * The loss is computed from the values that compensation saw; the packed layer must hold them.
   */
  @ParameterizedTest
  @EnumSource(ArbMethod.class)
  void compensationSawThePackedValues(ArbMethod method) {
    Random random = new Random(5);
    FloatMatrix w = weights(random, 24, 48);
    try (Hessian h = hessian(random, 48, -1)) {
      ArbSettings s = withBlocksize(settings("{\"cgb\":true,\"compensation\":\"exact\"}"), 48);
      Quantization q = new ArbQuantizer(method, s).quantize(problem(w, h));
      var factor =
          h.inverseFactor(dev.pbq.core.linalg.Damping.of(s.percdamp()), "layer").diagonal();
      float[] values = q.linear().dequantize().data();
      double loss = 0;
      for (int i = 0; i < values.length; i++) {
        double e = ((double) w.data()[i] - values[i]) / factor[i % 48];
        loss += e * e / 2;
      }
      assertThat(q.diagnostics().get("loss")).isCloseTo(loss, within(1e-9 * loss));
    }
  }

  @ParameterizedTest
  @EnumSource(ArbMethod.class)
  void doesNotDependOnTheNumberOfThreads(ArbMethod method) {
    Random random = new Random(6);
    FloatMatrix w = weights(random, 700, 96);
    try (Hessian h = hessian(random, 96, 3)) {
      for (String options : List.of("{\"cgb\":true}", "{\"preset\":\"best\"}")) {
        ArbQuantizer quantizer = new ArbQuantizer(method, withBlocksize(settings(options), 64));
        var one = Parallel.withThreads(1, () -> quantizer.quantize(problem(w, h)).linear());
        var two = Parallel.withThreads(2, () -> quantizer.quantize(problem(w, h)).linear());
        assertThat(one).isEqualTo(two);
      }
    }
  }

  @Test
  void deadColumnsBecomeZeroWeightsBeforeAnythingIsFitted() {
    Random random = new Random(7);
    FloatMatrix w = weights(random, 16, 32);
    FloatMatrix zeroed = w.copy();
    for (int r = 0; r < 16; r++) {
      zeroed.data()[r * 32 + 9] = 0;
    }
    try (Hessian h = hessian(random, 32, 9)) {
      ArbQuantizer quantizer = new ArbQuantizer(ArbMethod.ARB_RC, settings("{\"cgb\":true}"));
      assertThat(quantizer.quantize(problem(w, h)).linear())
          .isEqualTo(quantizer.quantize(problem(zeroed, h)).linear());
    }
  }

  /** Each improvement on its own, on one layer, against the published form. */
  @Test
  void theImprovementsImprove() {
    Random random = new Random(8);
    FloatMatrix w = weights(random, 96, 256);
    try (Hessian h = hessian(random, 256, -1)) {
      double published = error(ArbMethod.ARB_X, "{\"cgb\":true}", w, h);
      double exact = error(ArbMethod.ARB_X, "{\"cgb\":true,\"compensation\":\"exact\"}", w, h);
      double signs = error(ArbMethod.ARB_X, "{\"cgb\":true,\"codes\":\"signs\"}", w, h);
      double refined =
          error(ArbMethod.ARB_X, "{\"cgb\":true,\"codes\":\"signs\",\"refine\":3}", w, h);
      double groups =
          error(ArbMethod.ARB_X, "{\"cgb\":true,\"codes\":\"groups\",\"refine\":3}", w, h);
      double four = error(ArbMethod.ARB_X, "{\"cgb\":true,\"groups\":4}", w, h);
      assertThat(exact).isLessThan(published);
      assertThat(signs).isLessThan(exact);
      assertThat(refined).isLessThan(signs);
      assertThat(groups).isLessThan(refined);
      assertThat(four).isLessThan(published);
    }
  }

  @Test
  void bestTakesFewerBitsThanPublished() {
    Random random = new Random(9);
    FloatMatrix w = weights(random, 128, 256);
    try (Hessian h = hessian(random, 256, -1)) {
      Quantization best =
          new ArbQuantizer(ArbMethod.ARB_X, settings("{\"preset\":\"best\"}"))
              .quantize(problem(w, h));
      Quantization published =
          new ArbQuantizer(ArbMethod.ARB_RC, settings("{\"cgb\":true}")).quantize(problem(w, h));
      assertThat(best.linear().bits().total()).isLessThan(published.linear().bits().total());
    }
  }

  @Test
  void estimatesAreNearTheTruthForRawBitmaps() {
    Random random = new Random(10);
    FloatMatrix w = weights(random, 64, 256);
    try (Hessian h = hessian(random, 256, -1)) {
      ArbQuantizer quantizer = new ArbQuantizer(ArbMethod.ARB_RC, settings("{\"cgb\":true}"));
      double stored = quantizer.quantize(problem(w, h)).linear().bits().total();
      assertThat(quantizer.estimateStoredBits(64, 256) / stored).isBetween(0.9, 1.15);
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("{\"groups\":1}", "groups 1"),
        Arguments.of("{\"groups\":5}", "groups 5"),
        Arguments.of("{\"blocksize\":0}", "blocksize 0"),
        Arguments.of("{\"iterations\":-1}", "iterations -1"),
        Arguments.of("{\"xIterations\":-1}", "xIterations -1"),
        Arguments.of("{\"upLim\":1}", "upLim 1"),
        Arguments.of("{\"minSalient\":0}", "minSalient 0"),
        Arguments.of("{\"minSalient\":9,\"upLim\":9}", "upLim 9"),
        Arguments.of("{\"searchOrder\":3}", "searchOrder 3"),
        Arguments.of("{\"refine\":-1}", "refine -1"),
        Arguments.of("{\"percdamp\":1.5}", "percdamp 1.5"),
        Arguments.of("{\"eps\":-1}", "eps -1"),
        Arguments.of("{\"cgb\":true,\"division\":\"none\"}", "cgb"),
        Arguments.of("{\"codes\":\"signs\",\"compensation\":\"diag\"}", "compensation exact"),
        Arguments.of("{\"disableGptq\":true,\"compensation\":\"diag\"}", "disableGptq"),
        Arguments.of("{\"disableGptq\":true,\"preset\":\"best\"}", "compensation exact"),
        Arguments.of("{\"shareMeans\":\"block\"}", "shareMeans"),
        Arguments.of("{\"shareColumns\":true}", "shareColumns"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void settingsThatMakeNoSenseAreRefusedByName(String json, String option) {
    assertThatThrownBy(() -> settings(json))
        .rootCause()
        .isInstanceOf(PbqException.class)
        .hasMessageContaining(option);
  }

  @Test
  void meansCannotBeSharedWhereThereAreNone() {
    ArbSettings shared = settings("{\"shareMeans\":\"block\",\"refine\":1}");
    assertThatThrownBy(() -> new ArbQuantizer(ArbMethod.ARB_RC, shared))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("shareMeans");
  }

  @Test
  void columnScalesCannotBeSharedWhereThereAreNone() {
    ArbSettings shared = settings("{\"shareColumns\":true,\"refine\":1}");
    assertThatThrownBy(() -> new ArbQuantizer(ArbMethod.ARB_X, shared))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("shareColumns");
  }

  @Test
  void aScaleThatHalfPrecisionCannotHoldNamesTheLayer() {
    Random random = new Random(11);
    FloatMatrix w = weights(random, 8, 16);
    for (int i = 0; i < w.data().length; i++) {
      w.data()[i] *= 1e6f;
    }
    try (Hessian h = hessian(random, 16, -1)) {
      assertThatThrownBy(
              () -> new ArbQuantizer(ArbMethod.ARB, settings("{}")).quantize(problem(w, h)))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("layer")
          .hasMessageContaining("scaleDtype f32");
      assertThat(settings("{\"scaleDtype\":\"f32\"}").scaleDtype()).isEqualTo(ScaleFormat.F32);
      new ArbQuantizer(ArbMethod.ARB, settings("{\"scaleDtype\":\"f32\"}")).quantize(problem(w, h));
    }
  }

  private static double error(ArbMethod method, String json, FloatMatrix w, Hessian h) {
    FloatMatrix d =
        new ArbQuantizer(method, settings(json)).quantize(problem(w, h)).linear().dequantize();
    for (int i = 0; i < d.data().length; i++) {
      d.data()[i] = w.data()[i] - d.data()[i];
    }
    return h.quadraticTrace(d);
  }

  private static LinearProblem problem(FloatMatrix w, Hessian h) {
    return new LinearProblem("layer", w, Optional.of(h));
  }

  private static ArbSettings settings(String json) {
    try {
      return new ObjectMapper().readValue(json, ArbSettings.class);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static ArbSettings withBlocksize(ArbSettings settings, int blocksize) {
    ObjectMapper json = new ObjectMapper();
    return json.convertValue(
        ((com.fasterxml.jackson.databind.node.ObjectNode) json.valueToTree(settings))
            .put("blocksize", blocksize),
        ArbSettings.class);
  }

  private static FloatMatrix weights(Random random, int rows, int cols) {
    FloatMatrix w = FloatMatrix.zeros(rows, cols);
    for (int i = 0; i < w.data().length; i++) {
      double heavy = random.nextInt(30) == 0 ? 4 : 1;
      w.data()[i] = (float) (0.05 * heavy * random.nextGaussian());
    }
    return w;
  }

  /** Correlated inputs; column {@code dead} is always zero. */
  private static Hessian hessian(Random random, int size, int dead) {
    int tokens = 2 * size + 8;
    double[][] x = new double[tokens][size];
    for (double[] row : x) {
      double common = random.nextGaussian();
      for (int c = 0; c < size; c++) {
        row[c] = c == dead ? 0 : (0.4 * common + random.nextGaussian()) * (1 + (c % 7) / 3.0);
      }
    }
    FloatMatrix h = FloatMatrix.zeros(size, size);
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < size; k++) {
        double sum = 0;
        for (double[] row : x) {
          sum += row[i] * row[k];
        }
        h.data()[i * size + k] = (float) (2 * sum);
      }
    }
    return Hessian.of(h, 1);
  }

  @Test
  void paperBitsCountTheSecondPlanesOfSalientColumns() {
    Random random = new Random(12);
    FloatMatrix w = weights(random, 32, 128);
    try (Hessian h = hessian(random, 128, -1)) {
      Quantization q = new ArbQuantizer(ArbMethod.BILLM, settings("{}")).quantize(problem(w, h));
      int salient = 0;
      BinaryGroupsLinear linear = (BinaryGroupsLinear) q.linear();
      for (int c = 0; c < 128; c++) {
        salient += linear.isSalient(c) ? 1 : 0;
      }
      assertThat(salient).isPositive();
      assertThat(q.paperBits().orElseThrow()).isEqualTo(1 + salient / 128.0);
    }
  }
}
