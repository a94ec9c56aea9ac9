package dev.pbq.arb.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OrderStatisticsTest {
  /** Lists with zeros, ties, and values from the smallest to the largest there are. */
  @Property(tries = 300)
  void areEntriesOfTheSortedList(
      @ForAll @IntRange(min = 1, max = 3000) int size,
      @ForAll @IntRange(min = 0, max = 3) int kind,
      @ForAll long seed) {
    Random random = new Random(seed);
    double[] list = new double[size];
    for (int i = 0; i < size; i++) {
      list[i] =
          switch (kind) {
            case 0 -> random.nextDouble();
            case 1 -> random.nextInt(3) == 0 ? 0 : Math.exp(20 * random.nextGaussian());
            case 2 -> random.nextInt(4);
            default -> Double.longBitsToDouble(random.nextLong() >>> 2);
          };
    }
    check(list, IntStream.range(0, size).toArray());
  }

  @Test
  void fewOfMany() {
    Random random = new Random(1);
    double[] list = new double[300_000];
    for (int i = 0; i < list.length; i++) {
      double normal = random.nextGaussian();
      list[i] = normal * normal;
    }
    check(list, IntStream.range(0, 81).map(i -> 299_999 - 3_000 * i).toArray());
  }

  private static void check(double[] list, int[] ranks) {
    double[] sorted = list.clone();
    Arrays.sort(sorted);
    assertThat(OrderStatistics.of(list, ranks))
        .isEqualTo(Arrays.stream(ranks).mapToDouble(rank -> sorted[rank]).toArray());
  }
}
