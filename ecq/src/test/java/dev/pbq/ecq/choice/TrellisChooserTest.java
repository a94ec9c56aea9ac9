package dev.pbq.ecq.choice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.entropy.Trellis;
import dev.pbq.ecq.Reference;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TrellisChooserTest {
  private static final float[] U = {.4f, -1.7f, 2.2f, .9f, -.1f, 3.3f, -2.6f, 1.4f};
  private static final double GROWTH = 1.5;

  /** Codes, after a check that values and counts belong to them. */
  private static int[] choose(CodeChooser chooser, Trellis trellis, float[] u, double lambda) {
    CodeLengths lengths = CodeLengths.linear(trellis.quantizers(), 1, 1, GROWTH);
    int[] codes = new int[u.length];
    float[] values = new float[u.length];
    long[] counts = new long[lengths.size()];
    chooser.choose(
        new CodeChooser.Run(u, new int[u.length], 0),
        u.length,
        (float) lambda,
        lengths,
        new CodeChooser.Chosen(codes, values, counts));
    double[] expected = Reference.values(codes, trellis);
    long[] expectedCounts = new long[counts.length];
    int state = 0;
    for (int r = 0; r < u.length; r++) {
      assertThat((double) values[r]).isEqualTo(expected[r]);
      int size = Math.min(Math.abs(codes[r]), CodeLengths.SPAN - 1);
      expectedCounts[trellis.quantizer(state) * CodeLengths.SPAN + size]++;
      state = trellis.next(state, codes[r]);
    }
    assertThat(counts).isEqualTo(expectedCounts);
    return codes;
  }

  private static double length(int k) {
    return Math.min(1 + GROWTH * Math.abs(k), CodeLengths.escape(Math.abs(k)));
  }

  private static double cost(float[] u, int[] codes, double lambda, Trellis trellis) {
    return Reference.cost(doubles(u), codes, lambda, trellis, (q, k) -> length(k));
  }

  private static double[] doubles(float[] u) {
    double[] d = new double[u.length];
    for (int i = 0; i < d.length; i++) {
      d[i] = u[i];
    }
    return d;
  }

  @Test
  void examplesHaveTheCostsWorkedOutByHand() {
    CodeChooser eight = new TrellisChooser(Trellis.EIGHT);
    assertThat(cost(U, choose(eight, Trellis.EIGHT, U, 0), 0, Trellis.EIGHT))
        .isCloseTo(1.12, within(1e-4));
    assertThat(cost(U, choose(eight, Trellis.EIGHT, U, .3), .3, Trellis.EIGHT))
        .isCloseTo(6.82, within(1e-4));
  }

  /** Fixed point is to 1/4096 of a squared step, so the best path may be missed by as much. */
  @Property(tries = 300)
  void findsThePathOfTheReference(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 200) int count,
      @ForAll @DoubleRange(min = 0, max = 2) double lambda,
      @ForAll boolean eightStates) {
    Trellis trellis = eightStates ? Trellis.EIGHT : Trellis.FOUR;
    Random random = new Random(seed);
    float[] u = new float[count];
    for (int r = 0; r < count; r++) {
      u[r] = (float) (random.nextGaussian() * (random.nextInt(20) == 0 ? 100 : 2));
    }
    double found =
        cost(u, choose(new TrellisChooser(trellis), trellis, u, lambda), lambda, trellis);
    int[] best = Reference.viterbi(doubles(u), lambda, trellis, (q, k) -> length(k));
    assertThat(found).isLessThan(cost(u, best, lambda, trellis) + count / 2048.0 + 1e-4);
  }

  @Property(tries = 100)
  void writtenOutOrByTablesItIsTheSame(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @DoubleRange(min = 0, max = 1) double lambda) {
    Random random = new Random(seed);
    float[] u = new float[500];
    for (int r = 0; r < u.length; r++) {
      u[r] = (float) random.nextGaussian() * 3;
    }
    Survivors tables = new Survivors.AnyStates(Trellis.EIGHT);
    assertThat(choose(new TrellisChooser(Trellis.EIGHT), Trellis.EIGHT, u, lambda))
        .isEqualTo(choose(new TrellisChooser(Trellis.EIGHT, tables), Trellis.EIGHT, u, lambda));
  }

  @Test
  void largeWeightsKeepLargeCodes() {
    float[] u = {0.2f, 1e6f, -3001, 140, -0.3f};
    for (Trellis trellis : new Trellis[] {Trellis.FOUR, Trellis.EIGHT}) {
      int[] codes = choose(new TrellisChooser(trellis), trellis, u, .4);
      double[] z = Reference.values(codes, trellis);
      for (int r = 1; r < 4; r++) {
        assertThat(z[r]).isCloseTo(u[r], within(4.0));
      }
    }
    int[] scalar = choose(new ScalarChooser(), Trellis.SCALAR, u, .1);
    assertThat(scalar).containsExactly(0, 1_000_000, -3001, 140, 0);
  }

  @Property(tries = 200)
  void scalarChoiceIsTheBestOfThree(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @DoubleRange(min = 0, max = 2) double lambda) {
    float[] u = {(float) new Random(seed).nextGaussian() * 5};
    int k = choose(new ScalarChooser(), Trellis.SCALAR, u, lambda)[0];
    double found = (u[0] - k) * (u[0] - k) + lambda * length(k);
    for (int c : new int[] {0, (int) Math.floor(u[0]), (int) Math.ceil(u[0])}) {
      assertThat(found).isLessThanOrEqualTo((u[0] - c) * (u[0] - c) + lambda * length(c) + 1e-5);
    }
  }
}
