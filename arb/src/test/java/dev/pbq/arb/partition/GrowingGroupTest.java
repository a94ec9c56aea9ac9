package dev.pbq.arb.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GrowingGroupTest {
  private static double naiveError(double[] members, int order, boolean subtractMean) {
    double[] fit = NaiveSearch.rb(members, order, subtractMean);
    double error = 0;
    for (int i = 0; i < fit.length; i++) {
      error += (members[i] - fit[i]) * (members[i] - fit[i]);
    }
    return error;
  }

  @Property(tries = 300)
  void errorsAreThoseOfPassesOverTheMembers(
      @ForAll Matrices.Kind kind,
      @ForAll @IntRange(min = 1, max = 60) int width,
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll boolean subtractMean,
      @ForAll long seed) {
    double[] sorted = Matrices.of(kind, 1, width, seed).data();
    Arrays.sort(sorted);
    List<Integer> ranks = IntStream.range(0, width).boxed().collect(Collectors.toList());
    Collections.shuffle(ranks, new Random(seed));
    // Some values of the row never become members.
    int members = width - width / 4;
    int[] sequence = ranks.stream().mapToInt(r -> r).limit(members).toArray();
    GrowingGroup group = new GrowingGroup(width, order, subtractMean);
    int present = Math.floorMod(seed, members + 1);
    group.start(sorted, sequence, present);
    for (int count = present; count <= members; count++) {
      double[] values = Arrays.stream(sequence).limit(count).mapToDouble(r -> sorted[r]).toArray();
      double squares = Arrays.stream(values).map(v -> v * v).sum();
      double expected = naiveError(values, order, subtractMean);
      assertThat(group.error())
          .as("%d members", count)
          .isCloseTo(expected, within(1e-10 * expected + 1e-24 * squares));
      if (count < members) {
        group.grow();
      }
    }
  }

  /** Two equal clusters far apart: the error is that within them, 10^10 times below the squares. */
  @Test
  void smallDifferencesOfLargeSumsAreKept() {
    Random random = new Random(3);
    double[] sorted = new double[40];
    for (int i = 0; i < 40; i++) {
      sorted[i] = (i < 20 ? -3e5 : 1e5) + random.nextGaussian();
    }
    Arrays.sort(sorted);
    int[] sequence = IntStream.range(0, 40).map(i -> i % 2 == 0 ? i / 2 : 39 - i / 2).toArray();
    GrowingGroup group = new GrowingGroup(40, 2, true);
    group.start(sorted, sequence, 4);
    for (int i = 4; i < 40; i++) {
      group.error();
      group.grow();
    }
    double expected = naiveError(sorted, 2, true);
    assertThat(expected).isLessThan(40);
    assertThat(group.error()).isCloseTo(expected, within(1e-9 * expected));
  }

  /** The first sign of a member at the mean decides the error of order 2. */
  @Test
  void memberThatEqualsTheMeanIsAboveIt() {
    GrowingGroup group = new GrowingGroup(4, 2, true);
    double[] sorted = {0, 1, 3, 8};
    group.start(sorted, new int[] {0, 1, 2, 3}, 4);
    assertThat(group.error()).isCloseTo(naiveError(sorted, 2, true), within(1e-14));
    assertThat(group.shift()).isEqualTo(3);
  }

  /** Whatever the rounding of the sum. */
  @Test
  void meanOfEqualMembersIsTheirValue() {
    for (int width = 1; width <= 128; width++) {
      double[] row = new double[width];
      Arrays.fill(row, 0.1 * width);
      GrowingGroup group = new GrowingGroup(width, 2, true);
      group.start(row, IntStream.range(0, width).toArray(), width);
      assertThat(group.error()).isLessThan(1e-28 * width * width * width);
      assertThat(group.shift()).isEqualTo(row[0]);
      assertThat(group.scale()).isZero();
    }
  }
}
