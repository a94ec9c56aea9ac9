package dev.pbq.arb.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.arb.choice.BreakPoints;
import dev.pbq.arb.choice.Division;
import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionSearchTest {
  private static final GroupFitter ARB = NaiveFitters.arb(5);
  private static final GroupFitter RB = NaiveFitters.rb();

  private static Partition searchAndCheck(
      PartitionSettings settings, DoubleMatrix t, DoubleMatrix z, Optional<DoubleMatrix> s) {
    DoubleMatrix before = z.copy();
    Partition p = new PartitionSearch(settings, ARB, RB).search(t, z, s);
    new NaiveSearch(settings, ARB, RB, t, z, s).check(p);
    assertThat(z).isEqualTo(before);
    return p;
  }

  private static PartitionSettings with(Division division, boolean cgb, int groups) {
    return new PartitionSettings(
        division, cgb, groups, 1, 50, 2, BreakPoints.PERCENTILE, true, false);
  }

  /** Any block and any settings: every decision is that of the search by full passes. */
  @Property(tries = 400)
  void agreesWithFullPasses(
      @ForAll Matrices.Kind kind,
      @ForAll @IntRange(min = 1, max = 12) int rows,
      @ForAll @IntRange(min = 1, max = 40) int cols,
      @ForAll Division division,
      @ForAll boolean cgb,
      @ForAll @IntRange(min = 2, max = 4) int groups,
      @ForAll @IntRange(min = 1, max = 3) int minSalient,
      @ForAll @IntRange(min = 1, max = 50) int upLim,
      @ForAll @IntRange(min = 1, max = 2) int searchOrder,
      @ForAll BreakPoints breakPoints,
      @ForAll @IntRange(min = 0, max = 7) int switches,
      @ForAll boolean weighted,
      @ForAll long seed) {
    PartitionSettings settings =
        new PartitionSettings(
            division,
            cgb,
            groups,
            minSalient,
            upLim,
            searchOrder,
            breakPoints,
            (switches & 1) == 0,
            (switches & 2) != 0);
    DoubleMatrix z = Matrices.of(kind, rows, cols, seed);
    DoubleMatrix t = (switches & 4) == 0 ? z : Matrices.of(Matrices.Kind.METRIC, rows, cols, ~seed);
    Optional<DoubleMatrix> s =
        weighted ? Optional.of(Matrices.second(cols, cols + 3, seed)) : Optional.empty();
    searchAndCheck(settings, t, z, s);
  }

  /** Several tiles of rows, and a block of the usual width. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void agreesOnBlocksOfUsualWidth(boolean weighted) {
    DoubleMatrix w = Matrices.of(Matrices.Kind.SIGNED, 150, 128, 5);
    DoubleMatrix t = w.copy();
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] *= t.data()[i];
    }
    Optional<DoubleMatrix> s =
        weighted ? Optional.of(Matrices.second(128, 300, 6)) : Optional.empty();
    searchAndCheck(PartitionSettings.published(true), t, t, s);
    searchAndCheck(with(Division.BOTH, true, 4), t, w, s);
  }

  /** Salient columns that are all but the whole of the sum of squares, and a small remainder. */
  @ParameterizedTest
  @ValueSource(doubles = {1e4, 1e8, 1e12})
  void smallErrorsAreSeenBesideLargeValues(double size) {
    DoubleMatrix z = Matrices.of(Matrices.Kind.METRIC, 20, 32, 3);
    for (int i = 0; i < 20; i++) {
      z.data()[i * 32 + 7] *= size;
    }
    Partition p = searchAndCheck(PartitionSettings.published(true), z, z, Optional.empty());
    assertThat(p.trace().columnOrder()[0]).isEqualTo(7);
  }

  @ParameterizedTest
  @EnumSource(Division.class)
  void narrowBlocksAreDividedToo(Division division) {
    for (int cols = 1; cols <= 3; cols++) {
      DoubleMatrix z = Matrices.absolute(Matrices.of(Matrices.Kind.SIGNED, 9, cols, cols));
      for (Optional<DoubleMatrix> s :
          List.of(Optional.<DoubleMatrix>empty(), Optional.of(Matrices.second(cols, 5, 1)))) {
        Partition p = searchAndCheck(with(division, true, 2), z, z, s);
        int columns = 0;
        for (boolean salient : p.salientColumns()) {
          columns += salient ? 1 : 0;
        }
        boolean has = division == Division.BOTH || division == Division.COLUMNS;
        assertThat(columns).isBetween(has && cols > 1 ? 1 : 0, has ? cols - 1 : 0);
        assertThat(p.trace().salientErrors()).hasSize(has ? cols - 1 : 0);
      }
    }
  }

  @Test
  void blockWithoutRoomForSalientColumnsHasNone() {
    DoubleMatrix z = Matrices.of(Matrices.Kind.METRIC, 4, 3, 1);
    PartitionSettings three =
        new PartitionSettings(
            Division.BOTH, true, 2, 3, 31, 2, BreakPoints.PERCENTILE, true, false);
    Partition p = searchAndCheck(three, z, z, Optional.empty());
    assertThat(p.salientColumns()).containsOnly(false);
    assertThat(p.groups().orders()).containsExactly(2, 2, 1, 1);
    assertThat(p.trace().salient()).hasSize(1);
    assertThat(p.trace().salient().get(0).threshold()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(p.groups().members(0) + p.groups().members(1)).isZero();
  }

  @Test
  void zerosSplitTheSalientSideIntoNothingAndAll() {
    DoubleMatrix z = Matrices.of(Matrices.Kind.ZERO, 3, 4, 1);
    Partition p = searchAndCheck(with(Division.BOTH, true, 3), z, z, Optional.empty());
    assertThat(p.groups().members(0)).isZero();
    assertThat(p.groups().members(1)).isZero();
    assertThat(p.groups().members(2)).isEqualTo(3);
    // The other side's break point is 0, which zeros reach.
    assertThat(p.groups().members(3)).isEqualTo(9);
    assertThat(p.trace().other().get(0).chosen()).isZero();
    assertThat(p.trace().salientErrors()).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void threadsChangeNothing(boolean weighted) {
    DoubleMatrix z = Matrices.of(Matrices.Kind.SIGNED, 300, 48, 9);
    Optional<DoubleMatrix> s =
        weighted ? Optional.of(Matrices.second(48, 60, 2)) : Optional.empty();
    PartitionSearch search = new PartitionSearch(with(Division.BOTH, true, 3), ARB, RB);
    List<Partition> results = new ArrayList<>();
    for (int threads = 1; threads <= 3; threads++) {
      results.add(Parallel.withThreads(threads, () -> search.search(z, z, s)));
    }
    for (Partition p : results) {
      assertThat(p.groups()).isEqualTo(results.get(0).groups());
      assertThat(p.trace().salientErrors()).isEqualTo(results.get(0).trace().salientErrors());
      assertThat(p.trace().other().get(1).errors())
          .isEqualTo(results.get(0).trace().other().get(1).errors());
    }
  }

  /** H -> c H scales the metric; a power of two changes no bit of any mantissa. */
  @Test
  void scaleOfTheMetricChangesNothing() {
    DoubleMatrix z = Matrices.of(Matrices.Kind.METRIC, 70, 64, 4);
    DoubleMatrix scaled = z.copy();
    for (int i = 0; i < scaled.data().length; i++) {
      scaled.data()[i] *= 0x1p40;
    }
    PartitionSearch search = new PartitionSearch(PartitionSettings.published(true), ARB, RB);
    assertThat(search.search(scaled, scaled, Optional.empty()).groups())
        .isEqualTo(search.search(z, z, Optional.empty()).groups());
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e200})
  void whatCannotBeJudgedIsRefused(double bad) {
    DoubleMatrix good = Matrices.of(Matrices.Kind.METRIC, 5, 6, 1);
    DoubleMatrix z = good.copy();
    z.data()[17] = bad;
    z.data()[18] = -bad;
    PartitionSearch search = new PartitionSearch(PartitionSettings.published(true), ARB, RB);
    assertThatThrownBy(() -> search.search(good, z, Optional.empty()))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("block");
    assertThatThrownBy(() -> search.search(z, z, Optional.empty()))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("block");
  }

  @Test
  void shapesMustAgree() {
    DoubleMatrix z = DoubleMatrix.zeros(2, 3);
    PartitionSearch search = new PartitionSearch(PartitionSettings.published(true), ARB, RB);
    assertThatThrownBy(() -> search.search(z, DoubleMatrix.zeros(3, 2), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> search.search(z, z, Optional.of(DoubleMatrix.zeros(2, 2))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> with(Division.BOTH, true, 5))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> with(Division.BOTH, true, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
