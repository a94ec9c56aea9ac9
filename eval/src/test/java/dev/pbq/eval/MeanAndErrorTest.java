package dev.pbq.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MeanAndErrorTest {
  @Test
  void meanAndStandardErrorOfASample() {
    MeanAndError m = MeanAndError.of(new double[] {1, 2, 3, 4});
    assertThat(m.mean()).isEqualTo(2.5);
    // Sample standard deviation sqrt(5/3), over sqrt(4).
    assertThat(m.standardError()).isCloseTo(Math.sqrt(5.0 / 3) / 2, within(1e-15));
  }

  @Test
  void oneValueHasNoError() {
    assertThat(MeanAndError.of(new double[] {7})).isEqualTo(new MeanAndError(7, 0));
  }

  @Test
  void noValuesAreAMistake() {
    assertThatThrownBy(() -> MeanAndError.of(new double[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
