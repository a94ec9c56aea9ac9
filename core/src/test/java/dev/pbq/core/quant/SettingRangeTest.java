package dev.pbq.core.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingRangeTest {
  @ParameterizedTest
  @CsvSource({
    "1..8, 1 to 8",
    "-1 or 1.., -1 or at least 1",
    ">0..<1, above 0 and below 1",
    ">0..1, above 0 and at most 1",
    ">0.., above 0",
    "0.., at least 0",
    "..0.5, at most 0.5",
    "0 or 1, 0 or 1"
  })
  void rangesAreRead(String text, String words) {
    assertThat(SettingRange.parse(text)).hasToString(words);
  }

  @Test
  void boundsBelongToARangeOrNot() {
    SettingRange open = SettingRange.parse(">0..<1");
    assertThat(open.contains(0.5)).isTrue();
    assertThat(open.contains(0)).isFalse();
    assertThat(open.contains(1)).isFalse();
    assertThat(open.contains(Double.NaN)).isFalse();
    SettingRange either = SettingRange.parse("-1 or 1..");
    assertThat(either.contains(-1)).isTrue();
    assertThat(either.contains(0)).isFalse();
    assertThat(either.contains(1e9)).isTrue();
  }

  @Test
  void whatIsNoRangeIsRefused() {
    assertThatThrownBy(() -> SettingRange.parse("one to two"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
