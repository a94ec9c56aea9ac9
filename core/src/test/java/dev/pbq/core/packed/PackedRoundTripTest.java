package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.packed.RandomLayers.CodedParameters;
import dev.pbq.core.packed.RandomLayers.LowKind;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.MemoryPackedWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PackedRoundTripTest {
  /** What each part counts as; codes of one bit count as signs. */
  private static final Map<String, BitKind> KIND =
      Map.ofEntries(
          Map.entry("mask", BitKind.BITMAP),
          Map.entry("high_codes", BitKind.SALIENT_CODES),
          Map.entry("high_scale", BitKind.SCALES),
          Map.entry("high_zero", BitKind.ZERO_POINTS),
          Map.entry("low_codes", BitKind.CODES),
          Map.entry("low_mean", BitKind.SCALES),
          Map.entry("low_scale", BitKind.SCALES),
          Map.entry("low_level", BitKind.SCALES),
          Map.entry("low_zero", BitKind.ZERO_POINTS),
          Map.entry("low_values", BitKind.RAW),
          Map.entry("codes", BitKind.CODES),
          Map.entry("scale", BitKind.SCALES),
          Map.entry("zero", BitKind.ZERO_POINTS),
          Map.entry("g_idx", BitKind.OTHER),
          Map.entry("step", BitKind.SCALES),
          Map.entry("step_grid", BitKind.SCALES),
          Map.entry("row_scale", BitKind.SCALES),
          Map.entry("signs", BitKind.SIGNS),
          Map.entry("input_factor", BitKind.SCALES),
          Map.entry("weight_scale", BitKind.SCALES),
          Map.entry("signs_1", BitKind.SIGNS),
          Map.entry("signs_2", BitKind.SIGNS),
          Map.entry("scale_codes", BitKind.SCALES),
          Map.entry("scale_scale", BitKind.SCALES),
          Map.entry("scale_zero", BitKind.SCALES),
          Map.entry("base_codes", BitKind.CODES),
          Map.entry("base_scale", BitKind.SCALES),
          Map.entry("base_zero", BitKind.ZERO_POINTS),
          Map.entry("adapter_a", BitKind.ADAPTERS),
          Map.entry("adapter_b", BitKind.ADAPTERS),
          Map.entry("bias", BitKind.ADAPTERS),
          Map.entry("zero_codes", BitKind.ZERO_POINTS),
          Map.entry("zero_scale", BitKind.ZERO_POINTS),
          Map.entry("zero_zero", BitKind.ZERO_POINTS));

  /** The parts of {@code binary-groups} that come in numbers. */
  private static BitKind kind(String part) {
    if (part.matches("column_mask|class_bit_[01]|(salient|other)_class_[0-2]")) {
      return BitKind.BITMAP;
    }
    return part.matches("(mean|(scale|row|col)_[12])(_grid)?") ? BitKind.SCALES : KIND.get(part);
  }

  @Provide
  Arbitrary<Double> share() {
    return Arbitraries.of(0.0, 0.02, 0.1, 0.5, 1.0);
  }

  @Property(tries = 1000)
  void salientSplit(
      @ForAll @IntRange(min = 1, max = 24) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll @IntRange(min = 1, max = 150) int group,
      @ForAll ScaleDtype type,
      @ForAll("share") double share,
      @ForAll @IntRange(min = 1, max = 8) int highBits,
      @ForAll LowKind kind,
      @ForAll @IntRange(min = 1, max = 8) int lowBits,
      @ForAll Zeros zeros,
      @ForAll long seed) {
    check(
        RandomLayers.salientSplit(
            rows, cols, Math.min(group, cols), type, share, highBits, kind, lowBits, zeros, seed),
        kind == LowKind.UNIFORM ? lowBits : 1);
  }

  @Property(tries = 500)
  void uniform(
      @ForAll @IntRange(min = 1, max = 24) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll @IntRange(min = 1, max = 150) int group,
      @ForAll ScaleDtype type,
      @ForAll @IntRange(min = 1, max = 8) int bits,
      @ForAll Zeros zeros,
      @ForAll boolean activationOrder,
      @ForAll long seed) {
    check(
        RandomLayers.uniform(
            rows, cols, Math.min(group, cols), type, bits, zeros, activationOrder, seed),
        bits);
  }

  @Property(tries = 1000)
  void binaryGroups(
      @ForAll @IntRange(min = 1, max = 24) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll @IntRange(min = 1, max = 150) int block,
      @ForAll("layout") GroupLayout layout,
      @ForAll ScaleFormat format,
      @ForAll BitmapCoding coding,
      @ForAll("share") double share,
      @ForAll long seed) {
    check(
        RandomLayers.binaryGroups(
            rows, cols, Math.min(block, cols), layout, format, coding, share, seed),
        1);
  }

  @Provide
  Arbitrary<GroupLayout> layout() {
    return Arbitraries.of(RandomLayers.layouts());
  }

  @Provide
  Arbitrary<Integer> maxCode() {
    return Arbitraries.of(1, 2, 3, 7, 15, 31, 63, 255);
  }

  @Property(tries = 500)
  void hqq(
      @ForAll @IntRange(min = 1, max = 24) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll @IntRange(min = 0, max = 1) int axis,
      @ForAll ScaleDtype type,
      @ForAll ComputeDtype compute,
      @ForAll("maxCode") int maxCode,
      @ForAll CodedParameters coded,
      @ForAll long seed) {
    FlatGroups groups =
        new FlatGroups(
            axis, RandomLayers.divisor(new Random(seed), Math.multiplyExact(rows, cols)));
    check(RandomLayers.hqq(rows, cols, groups, type, compute, maxCode, coded, seed), maxCode);
  }

  @Property(tries = 300)
  void oneBit(
      @ForAll @IntRange(min = 1, max = 24) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll ScaleDtype type,
      @ForAll long seed) {
    check(RandomLayers.oneBit(rows, cols, type, seed), 1);
  }

  @Property(tries = 500)
  void entropyCoded(
      @ForAll @IntRange(min = 1, max = 200) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll Trellis trellis,
      @ForAll @IntRange(min = 1, max = 200) int segmentRows,
      @ForAll ScaleFormat format,
      @ForAll Coding coding,
      @ForAll long seed) {
    EntropyCodedLinear layer =
        RandomEntropyCoded.of(rows, cols, trellis, segmentRows, format, coding, seed);
    check(layer, 3);
    assertThat(layer.residentBits()).isPositive();
  }

  @Property(tries = 300)
  void biReal(
      @ForAll @IntRange(min = 1, max = 24) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll ScaleDtype type,
      @ForAll long seed) {
    check(RandomLayers.biReal(rows, cols, type, seed), 1);
  }

  @Property(tries = 300)
  void lowRank(
      @ForAll @IntRange(min = 1, max = 24) int rows,
      @ForAll @IntRange(min = 1, max = 150) int cols,
      @ForAll @IntRange(min = 1, max = 25) int rank,
      @ForAll @IntRange(min = 0, max = 1) int axis,
      @ForAll ScaleDtype type,
      @ForAll boolean bias,
      @ForAll long seed) {
    FlatGroups groups =
        new FlatGroups(
            axis, RandomLayers.divisor(new Random(seed), Math.multiplyExact(rows, cols)));
    int most = Math.min(rank, Math.min(rows, cols) + 1);
    check(RandomLayers.lowRank(rows, cols, most, groups, type, bias, seed), 2);
  }

  @Test
  void layersOfManyChunksAndTasks() {
    for (BitmapCoding coding : BitmapCoding.values()) {
      check(
          RandomLayers.binaryGroups(
              1003,
              701,
              128,
              GroupLayout.rows(2, 3, MeanSharing.EACH),
              ScaleFormat.U8,
              coding,
              0.1,
              2),
          1);
      check(
          RandomLayers.binaryGroups(
              701, 1003, 100, GroupLayout.rowColumns(3, 4, true), ScaleFormat.F16, coding, 0.1, 3),
          1);
    }
    for (LowKind kind : LowKind.values()) {
      check(
          RandomLayers.salientSplit(1003, 701, 128, ScaleDtype.F16, 0.1, 8, kind, 3, Zeros.U8, 17),
          kind == LowKind.UNIFORM ? 3 : 1);
    }
    check(RandomLayers.uniform(701, 1003, 128, ScaleDtype.F16, 3, Zeros.U8, false, 1), 3);
    for (int axis = 0; axis < 2; axis++) {
      for (int size : new int[] {1, 701, 1003 * 701}) {
        FlatGroups groups = new FlatGroups(axis, size);
        check(
            RandomLayers.hqq(
                701, 1003, groups, ScaleDtype.F16, ComputeDtype.F32, 7, CodedParameters.NONE, 2),
            3);
      }
    }
  }

  @Test
  void equalityIsThatOfTheContents() {
    SalientSplitLinear a = layer(1, LowKind.BINARY);
    assertThat(a).isEqualTo(layer(1, LowKind.BINARY)).hasSameHashCodeAs(layer(1, LowKind.BINARY));
    assertThat(a).isNotEqualTo(layer(2, LowKind.BINARY)).isNotEqualTo(layer(1, LowKind.ONE_SIDED));
    UniformLinear u = RandomLayers.uniform(3, 4, 2, ScaleDtype.F32, 4, Zeros.U8, true, 1);
    assertThat(u)
        .isEqualTo(RandomLayers.uniform(3, 4, 2, ScaleDtype.F32, 4, Zeros.U8, true, 1))
        .isNotEqualTo(RandomLayers.uniform(3, 4, 2, ScaleDtype.F32, 4, Zeros.U8, false, 1))
        .isNotEqualTo(RandomLayers.uniform(3, 4, 2, ScaleDtype.F32, 4, Zeros.U8, true, 2));
    HqqLinear h = hqq(0, 15, ComputeDtype.F32);
    assertThat(h)
        .isEqualTo(hqq(0, 15, ComputeDtype.F32))
        .isNotEqualTo(hqq(1, 15, ComputeDtype.F32))
        .isNotEqualTo(hqq(0, 16, ComputeDtype.F32))
        .isNotEqualTo(hqq(0, 15, ComputeDtype.F16));
  }

  private static HqqLinear hqq(int axis, int maxCode, ComputeDtype compute) {
    return RandomLayers.hqq(
        4, 9, new FlatGroups(axis, 6), ScaleDtype.F32, compute, maxCode, CodedParameters.BOTH, 1);
  }

  @Test
  void zeroPointsTakeTheNarrowestType() {
    Map<Zeros, DType> expected =
        Map.of(Zeros.U8, DType.U8, Zeros.I8, DType.I8, Zeros.I16, DType.I16, Zeros.I32, DType.I32);
    for (Zeros zeros : Zeros.values()) {
      MemoryPackedWriter out =
          MemoryPackedWriter.of(RandomLayers.uniform(50, 8, 8, ScaleDtype.F16, 2, zeros, false, 4));
      if (zeros == Zeros.CONSTANT) {
        assertThat(out.parts()).doesNotContainKey("zero");
        assertThat(out.attributes()).containsEntry("zero", 7);
      } else {
        assertThat(out.parts().get("zero").dtype()).isEqualTo(expected.get(zeros));
      }
    }
  }

  private static SalientSplitLinear layer(long seed, LowKind kind) {
    return RandomLayers.salientSplit(4, 9, 3, ScaleDtype.F16, 0.3, 5, kind, 2, Zeros.U8, seed);
  }

  private static void check(QuantizedLinear linear, int codeBits) {
    MemoryPackedWriter out = MemoryPackedWriter.of(linear);
    QuantizedLinear back = PackedLinears.read(out.reader("layer"));
    assertThat(back).isEqualTo(linear).hasSameHashCodeAs(linear);
    assertThat(PackedBytes.read("layer", PackedBytes.of(linear))).isEqualTo(linear);
    assertThat(back.family()).isEqualTo(linear.family());
    assertThat(PackedLinears.form(out.reader("layer"))).isEqualTo(linear.form());
    assertThat(back.dequantize())
        .isEqualTo(NaiveDequantizer.dequantize(linear))
        .isEqualTo(linear.dequantize());
    RowValuesCheck.check(linear);

    Map<BitKind, Long> written = new EnumMap<>(BitKind.class);
    out.parts()
        .forEach(
            (part, stored) -> {
              BitKind kind = kind(part);
              assertThat(kind).as(part).isNotNull();
              if (kind == BitKind.CODES && codeBits == 1) {
                kind = BitKind.SIGNS;
              }
              written.merge(kind, 8L * stored.bytes().length, Long::sum);
            });
    written.values().removeIf(bits -> bits == 0);
    assertThat(linear.bits())
        .isEqualTo(new BitAccount((long) linear.rows() * linear.cols(), written));
    assertThat(back.bits()).isEqualTo(linear.bits());
    assertThat(linear.bits().total()).isEqualTo(8 * out.bytes());
  }
}
