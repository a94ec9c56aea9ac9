package dev.pbq.formats.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The look-ups against the formula. */
class Log2Test {
  @Test
  void asTheFormulaNearPowersOfTwoAndTheirRoots() {
    for (int e = -149; e <= 127; e++) {
      for (double root : new double[] {1, Math.sqrt(2)}) {
        int power = Float.floatToRawIntBits((float) (Math.pow(2, e) * root));
        for (int d = -40; d <= 40; d++) {
          int bits = power + d;
          if (bits > 0 && bits < 0x7f800000) {
            check(Float.intBitsToFloat(bits));
          }
        }
      }
    }
  }

  @Test
  void asTheFormulaAnywhere() {
    Random random = new Random(1);
    for (int i = 0; i < 300_000; i++) {
      check(Float.intBitsToFloat(1 + random.nextInt(0x7f7fffff)));
    }
    check(Float.MIN_VALUE);
    check(Float.MAX_VALUE);
  }

  private static void check(float a) {
    float log = (float) (Math.log(a) / Math.log(2));
    if (Log2.floor(a) != (int) Math.floor(log)
        || Log2.ceil(a) != (int) Math.ceil(log)
        || Log2.rint(a) != (int) Math.rint(log)) {
      assertThat(new int[] {Log2.floor(a), Log2.ceil(a), Log2.rint(a)})
          .as("of %s", a)
          .containsExactly((int) Math.floor(log), (int) Math.ceil(log), (int) Math.rint(log));
    }
  }

  @Test
  void nearPowersCountAsPowersWhereTheRoundingSwallowsTheDifference() {
    assertThat(Log2.ceil(Math.nextUp(32f))).isEqualTo(5);
    assertThat(Log2.ceil(Math.nextUp(2f))).isEqualTo(2);
    assertThat(Log2.floor(Math.nextDown(0x1p40f))).isEqualTo(40);
  }

  @Test
  void endsOfTheRange() {
    assertThat(Log2.floor(0f)).isEqualTo(Log2.OF_ZERO);
    assertThat(Log2.ceil(Float.POSITIVE_INFINITY)).isEqualTo(Log2.OF_INFINITY);
    assertThat(Log2.rint(Float.MAX_VALUE)).isEqualTo(128);
    assertThat(Log2.floor(Float.MIN_VALUE)).isEqualTo(-149);
  }
}
