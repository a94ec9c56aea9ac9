package dev.pbq.ecq.choice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CodeLengthsTest {
  @Test
  void lengthsAreThoseOfTheCounts() {
    long[] counts = new long[CodeLengths.SPAN];
    counts[0] = 500_000;
    counts[1] = 250_000;
    counts[2] = 250_000;
    CodeLengths lengths = CodeLengths.of(1, 1, counts);
    assertThat(lengths.length(0, 0)).isCloseTo(1, within(1e-4f));
    // A sign and two bits.
    assertThat(lengths.length(0, 1)).isCloseTo(3, within(1e-4f));
    assertThat(lengths.length(0, 2)).isCloseTo(3, within(1e-4f));
  }

  @Test
  void whatWasNotSeenCostsAnEscapeHoweverLargeItIs() {
    long[] counts = new long[CodeLengths.SPAN];
    counts[0] = 1 << 30;
    CodeLengths lengths = CodeLengths.of(1, 1, counts);
    assertThat(lengths.length(0, 7)).isEqualTo(8 + 2 * 3);
    assertThat(lengths.length(0, 63)).isEqualTo(8 + 2 * 6);
    assertThat(lengths.length(0, 1_000_000)).isEqualTo(8 + 2 * 19);
  }

  @Test
  void contextsWithoutCodesTakeTheLengthsOfAll() {
    long[] counts = new long[2 * CodeLengths.SPAN];
    counts[0] = 3_000_000;
    counts[1] = 1_000_000;
    CodeLengths lengths = CodeLengths.of(1, 2, counts);
    assertThat(lengths.length(lengths.base(1), 0)).isLessThan(1);
    assertThat(lengths.length(lengths.base(1), 1))
        .isCloseTo(lengths.length(lengths.base(0), 1), within(.5f));
  }
}
