package dev.pbq.ecq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.entropy.Trellis;
import org.junit.jupiter.api.Test;

/** The example of two rows and three columns that was worked out by hand. */
class ReferenceTest {
  private static final double[][] W = {{.9, -.4, .3}, {-.2, .7, -1.1}};
  private static final double[][] SIGMA = {{2, .5, .2}, {.5, 1, .3}, {.2, .3, .5}};

  @Test
  void exampleIsReproducedAndLossIsTheRestOfY() {
    Reference r =
        new Reference(
            W,
            SIGMA,
            new double[] {.5, .5, .5},
            new double[3],
            Trellis.SCALAR,
            (q, k) -> 0,
            step -> step);
    assertThat(r.l[1][0]).isCloseTo(.353553, within(1e-6));
    assertThat(r.l[2]).containsExactly(new double[] {.141421, .267261, .639196}, within(1e-6));
    assertThat(r.codes[0]).containsExactly(2, -1, 1);
    assertThat(r.codes[1]).containsExactly(0, 1, -2);
    assertThat(r.gamma).containsExactly(new double[] {.921071, 1.128571, 1}, within(1e-6));
    assertThat(r.stored[0]).containsExactly(new double[] {.921071, -.564286, .5}, within(1e-6));
    assertThat(r.stored[1]).containsExactly(new double[] {0, .564286, -1}, within(1e-6));
    assertThat(r.loss).isCloseTo(.102520, within(1e-6));
    assertThat(r.trace(W, SIGMA)).isCloseTo(r.loss, within(1e-12));
  }
}
