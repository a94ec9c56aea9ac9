package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BinaryGroupsLinearTest {
  /**
   * What the papers store, in halves: ARB-LLM's count is signs, scales, group and column bitmap.
   *
   * @param perRow scales per row and block
   * @param perSalient scales per salient column
   * @param perOther scales per other column
   * @param bitsPerWeight with 9 % of columns salient, and blocks of 128
   */
  private record Published(
      String methods,
      GroupLayout layout,
      int perRow,
      int perSalient,
      int perOther,
      double bitsPerWeight) {
    long bits(long n, long m, long c, long nb) {
      long scales = n * nb * perRow + perSalient * c + perOther * (m - c);
      return 2 * n * c + n * (m - c) + 16 * scales + n * m + m;
    }

    @Override
    public String toString() {
      return methods;
    }
  }

  static Stream<Published> published() {
    GroupLayout rows = GroupLayout.rows(1, 2, MeanSharing.EACH);
    GroupLayout rowsCgb = GroupLayout.rows(2, 2, MeanSharing.EACH);
    GroupLayout rc = GroupLayout.rowColumns(1, 2, false);
    GroupLayout rcCgb = GroupLayout.rowColumns(2, 2, false);
    return Stream.of(
        new Published("BiLLM, ARB, ARB-X", rows, 3 + 2 * 2, 0, 0, 2.97),
        new Published("ARB, ARB-X with CGB", rowsCgb, 2 * 3 + 2 * 2, 0, 0, 3.34),
        new Published("ARB-RC", rc, 2 + 2, 2, 2, 2.60),
        new Published("ARB-RC with CGB", rcCgb, 2 * 2 + 2, 4, 2, 2.85));
  }

  @ParameterizedTest
  @MethodSource("published")
  void plainBitmapsAndHalvesTakeThePublishedBits(Published method) {
    int size = 4096;
    BinaryGroupsLinear layer = ofZeros(size, size, 128, method.layout, 369);
    assertThat(layer.salientColumnCount()).isEqualTo(369);
    long expected = method.bits(size, size, 369, 32);
    assertThat(layer.bits().total()).isEqualTo(expected);
    assertThat(layer.bits().bitsPerWeight()).isCloseTo(method.bitsPerWeight, within(0.006));
    assertThat(estimate(layer, 0.09)).isEqualTo(expected);
    assertThat(layer.bits().byKind().get(BitKind.SIGNS))
        .isEqualTo((long) (layer.paperBits() * size * size));
    assertThat(layer.paperBits())
        .isEqualTo(BinaryGroupsLinear.paperBits(369 / 4096.0))
        .isCloseTo(1.09, within(0.001));
  }

  @ParameterizedTest
  @MethodSource("published")
  void paddingIsAllThatIsAdded(Published method) {
    BinaryGroupsLinear layer = ofZeros(37, 301, 64, method.layout, 50);
    long expected = method.bits(37, 301, 50, 5);
    // Two planes of signs and two bitmaps end in the middle of a byte.
    assertThat(layer.bits().total()).isBetween(expected, expected + 4 * 7);
  }

  @Test
  void fourClassesDoubleTheGroupBitmap() {
    BinaryGroupsLinear two = ofZeros(64, 128, 64, GroupLayout.rows(2, 2, MeanSharing.NONE), 8);
    BinaryGroupsLinear four = ofZeros(64, 128, 64, GroupLayout.rows(2, 4, MeanSharing.NONE), 8);
    BinaryGroupsLinear one = ofZeros(64, 128, 64, GroupLayout.rows(1, 1, MeanSharing.NONE), 8);
    assertThat(two.bits().byKind()).containsEntry(BitKind.BITMAP, 64 * 128 + 128L);
    assertThat(four.bits().byKind()).containsEntry(BitKind.BITMAP, 2 * 64 * 128 + 128L);
    assertThat(one.bits().byKind()).containsEntry(BitKind.BITMAP, 128L);
  }

  /** All signs and classes 0; the first columns of each block are salient. */
  private static BinaryGroupsLinear ofZeros(
      int rows, int cols, int blockSize, GroupLayout layout, int salientColumns) {
    int blocks = (cols + blockSize - 1) / blockSize;
    long[] salient = new long[(cols + 63) / 64];
    for (int k = 0; k < salientColumns; k++) {
      int c = k % blocks * blockSize + k / blocks;
      salient[c / 64] |= 1L << c;
    }
    List<BlockScales> scales = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      int of = 0;
      int width = Math.min(blockSize, cols - b * blockSize);
      for (int c = 0; c < width; c++) {
        of += Bitmap.get(salient, b * blockSize + c) ? 1 : 0;
      }
      List<GroupScales> groups = new ArrayList<>();
      for (int g = 0; g < layout.groups(); g++) {
        groups.add(zeroScales(layout, g, rows, layout.isSalient(g) ? of : width - of));
      }
      scales.add(new BlockScales(groups));
    }
    return new BinaryGroupsLinear(
        rows,
        cols,
        blockSize,
        layout,
        ScaleFormat.F16,
        BitmapCoding.RAW,
        salient,
        new byte[rows * cols],
        scales);
  }

  private static GroupScales zeroScales(GroupLayout layout, int group, int rows, int width) {
    ScaleVector row = ScaleVector.encode(ScaleFormat.F16, new double[rows]);
    ScaleVector col = ScaleVector.encode(ScaleFormat.F16, new double[width]);
    boolean two = layout.isSalient(group);
    Optional<ScaleVector> none = Optional.empty();
    if (layout.form() == GroupLayout.Form.ROW) {
      return new RowScales(
          layout.means() == MeanSharing.NONE ? none : Optional.of(row),
          row,
          two ? Optional.of(row) : none);
    }
    return new RowColumnScales(
        row, col, two ? Optional.of(row) : none, two ? Optional.of(col) : none);
  }

  private static long estimate(BinaryGroupsLinear layer, double salientShare) {
    return BinaryGroupsLinear.estimateBits(
        layer.layout(),
        layer.rows(),
        layer.cols(),
        layer.blockSize(),
        layer.scaleFormat(),
        layer.bitmapCoding(),
        salientShare);
  }

  @Provide
  Arbitrary<GroupLayout> layout() {
    return Arbitraries.of(RandomLayers.layouts());
  }

  @Property(tries = 300)
  void estimatesAreExactOrFromAbove(
      @ForAll @IntRange(min = 1, max = 60) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll @IntRange(min = 1, max = 150) int block,
      @ForAll("layout") GroupLayout layout,
      @ForAll ScaleFormat format,
      @ForAll BitmapCoding coding,
      @ForAll long seed) {
    BinaryGroupsLinear layer =
        RandomLayers.binaryGroups(
            rows, cols, Math.min(block, cols), layout, format, coding, 0.2, seed);
    long estimate = estimate(layer, layer.salientColumnCount() / (double) cols);
    if (coding == BitmapCoding.RAW) {
      assertThat(layer.bits().total()).isEqualTo(estimate);
    } else {
      assertThat(layer.bits().total()).isLessThanOrEqualTo(estimate);
    }
  }

  @Property(tries = 300)
  void dequantizedWeightsAreTheValuesOfTheirGroups(
      @ForAll @IntRange(min = 1, max = 10) int rows,
      @ForAll @IntRange(min = 1, max = 70) int cols,
      @ForAll @IntRange(min = 1, max = 70) int block,
      @ForAll("layout") GroupLayout layout,
      @ForAll ScaleFormat format,
      @ForAll long seed) {
    int blockSize = Math.min(block, cols);
    BinaryGroupsLinear layer =
        RandomLayers.binaryGroups(
            rows, cols, blockSize, layout, format, BitmapCoding.CODED, 0.3, seed);
    FloatMatrix w = layer.dequantize();
    for (int c = 0; c < cols; c++) {
      boolean salient = layer.isSalient(c);
      int ofSide = 0;
      for (int before = c / blockSize * blockSize; before < c; before++) {
        ofSide += layer.isSalient(before) == salient ? 1 : 0;
      }
      for (int r = 0; r < rows; r++) {
        int code = layer.codes()[r * cols + c];
        int group = layout.group(salient, code >> 2);
        GroupScales scales = layer.scales().get(c / blockSize).groups().get(group);
        int first = layout.firstColumn(c % blockSize, ofSide);
        assertThat(scales.order()).isEqualTo(layout.order(group));
        assertThat(w.get(r, c))
            .isEqualTo((float) scales.value(r, first, ofSide, code & 1, code >> 1 & 1));
      }
    }
  }

  @Test
  void valuesAreComputedInTheOrderOfTheDefinition() {
    // 1 + 2^-53 is 1, so 2^-53 shows whether it was added before or after.
    RowScales rows =
        new RowScales(
            Optional.of(vector(1, 0)), vector(0x1p-53, 3), Optional.of(vector(0x1p-53, 0.5)));
    assertThat(rows.value(0, 0, 0, 1, 1)).isEqualTo(1);
    assertThat(rows.value(0, 0, 0, 1, 0)).isEqualTo(1 - 0x1p-53);
    assertThat(rows.value(1, 0, 0, 0, 1)).isEqualTo(-2.5);
    assertThat(new RowScales(Optional.empty(), vector(2), Optional.empty()).value(0, 9, 9, 0, 1))
        .isEqualTo(-2);
    RowColumnScales both =
        new RowColumnScales(
            vector(2, 3), vector(5, 7, 11), Optional.of(vector(0.5, 0.25)), Optional.of(vector(4)));
    assertThat(both.value(1, 2, 0, 1, 0)).isEqualTo(33 - 1);
    assertThat(both.value(0, 1, 0, 0, 1)).isEqualTo(-14 + 2);
    assertThat(both.order()).isEqualTo(2);
  }

  private static ScaleVector vector(double... values) {
    return ScaleVector.encode(ScaleFormat.F32, values);
  }

  @Test
  void codedBitmapsTakeLess() {
    GroupLayout layout = GroupLayout.rows(2, 4, MeanSharing.EACH);
    Map<BitmapCoding, Long> bits = new EnumMap<>(BitmapCoding.class);
    for (BitmapCoding coding : BitmapCoding.values()) {
      BinaryGroupsLinear layer =
          RandomLayers.binaryGroups(256, 1024, 128, layout, ScaleFormat.F16, coding, 0.1, 4);
      bits.put(coding, layer.bits().byKind().get(BitKind.BITMAP));
    }
    // Classes are split off with the shares 1/2, 3/8, 1/4, 1/8 by column; the last one has all the
    // rest, and one class of two is split off where columns are salient.
    double entropy = 0;
    for (double stay : new double[] {0.5, 0.375, 0.25, 0.125}) {
      double h = -(stay * Math.log(stay) + (1 - stay) * Math.log(1 - stay)) / Math.log(2);
      entropy += (0.9 * h * (1 + (1 - stay) + (1 - stay) * (1 - stay)) + 0.1 * h) / 4;
    }
    assertThat(bits.get(BitmapCoding.RAW)).isEqualTo(2 * 256 * 1024 + 1024L);
    assertThat(bits.get(BitmapCoding.CODED) / (256.0 * 1024)).isCloseTo(entropy, within(0.05));
  }

  @Test
  void equalityIsThatOfTheContents() {
    GroupLayout layout = GroupLayout.rows(1, 2, MeanSharing.EACH);
    BinaryGroupsLinear a = layer(layout, ScaleFormat.F16, BitmapCoding.RAW, 1);
    assertThat(a)
        .isEqualTo(layer(layout, ScaleFormat.F16, BitmapCoding.RAW, 1))
        .hasSameHashCodeAs(layer(layout, ScaleFormat.F16, BitmapCoding.RAW, 1))
        .isNotEqualTo(layer(layout, ScaleFormat.F16, BitmapCoding.RAW, 2))
        .isNotEqualTo(layer(layout, ScaleFormat.F32, BitmapCoding.RAW, 1))
        .isNotEqualTo(layer(layout, ScaleFormat.F16, BitmapCoding.CODED, 1));
  }

  private static BinaryGroupsLinear layer(
      GroupLayout layout, ScaleFormat format, BitmapCoding coding, long seed) {
    return RandomLayers.binaryGroups(4, 20, 8, layout, format, coding, 0.3, seed);
  }
}
