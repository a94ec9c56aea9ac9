package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PythonRandomTest {

  @Property(tries = 300)
  void randintStaysWithinItsBounds(
      @ForAll long seed,
      @ForAll @LongRange(min = -1L << 40, max = 1L << 40) long a,
      @ForAll @LongRange(min = 0, max = 1L << 50) long width) {
    PythonRandom random = new PythonRandom(seed);
    for (int i = 0; i < 20; i++) {
      assertThat(random.randint(a, a + width)).isBetween(a, a + width);
    }
  }

  @Property(tries = 200)
  void getrandbitsHasNoMoreThanItsBits(@ForAll long seed, @ForAll @IntRange(max = 63) int k) {
    PythonRandom random = new PythonRandom(seed);
    for (int i = 0; i < 20; i++) {
      assertThat(random.getrandbits(k) >>> k).isZero();
    }
  }

  @Property(tries = 200)
  void wideNumbersAreFilledFromTheLeastSignificantWord(
      @ForAll long seed, @ForAll @IntRange(min = 33, max = 63) int k) {
    PythonRandom words = new PythonRandom(seed);
    long low = words.getrandbits(32);
    long high = words.getrandbits(32);
    assertThat(new PythonRandom(seed).getrandbits(k)).isEqualTo(low | high >>> (64 - k) << 32);
  }

  @Property(tries = 200)
  void theSignOfTheSeedDoesNotMatter(@ForAll @LongRange(min = 1) long seed) {
    assertThat(new PythonRandom(-seed).getrandbits(63))
        .isEqualTo(new PythonRandom(seed).getrandbits(63));
  }

  @Property(tries = 50)
  void aCopyGoesOnAlikeAndAlone(@ForAll long seed, @ForAll @IntRange(max = 1500) int before) {
    PythonRandom random = new PythonRandom(seed);
    for (int i = 0; i < before; i++) {
      random.getrandbits(32);
    }
    PythonRandom copy = random.copy();
    long[] ofCopy = new long[700];
    for (int i = 0; i < ofCopy.length; i++) {
      ofCopy[i] = copy.getrandbits(32);
    }
    for (long expected : ofCopy) {
      assertThat(random.getrandbits(32)).isEqualTo(expected);
    }
  }

  @Test
  void everyValueOfASmallRangeTurnsUp() {
    PythonRandom random = new PythonRandom(0);
    boolean[] seen = new boolean[7];
    for (int i = 0; i < 200; i++) {
      seen[(int) random.randint(-3, 3) + 3] = true;
    }
    assertThat(seen).doesNotContain(false);
  }

  @Test
  void refusesRangesThatAreEmptyOrTooWide() {
    PythonRandom random = new PythonRandom(0);
    assertThatThrownBy(() -> random.randint(1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> random.randint(Long.MIN_VALUE, Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> random.getrandbits(64)).isInstanceOf(IllegalArgumentException.class);
  }

  /** From Python 3.11: r = random.Random(1234); r.sample(range(50), 5), ... */
  @Test
  void samplesAreThoseOfPython() {
    PythonRandom random = new PythonRandom(1234);
    assertThat(random.sample(50, 5)).containsExactly(49, 28, 7, 0, 5);
    assertThat(random.sample(50, 3)).containsExactly(37, 2, 42);
    assertThat(random.sample(10, 4)).as("from a pool").containsExactly(1, 9, 5, 8);
    assertThat(random.sample(100, 6)).as("from a pool").containsExactly(2, 3, 44, 82, 79, 61);
    assertThat(random.sample(1000, 8))
        .as("from a set")
        .containsExactly(630, 474, 152, 93, 187, 730, 117, 865);
  }
}
