package dev.pbq.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  @ParameterizedTest
  @CsvSource({"xnorr, xnor", "xno, xnor", "gtpq, gptq", "arb_x, arb-x", "zzzzzz, arb-x"})
  void theFewestChangesWin(String typed, String meant) {
    assertThat(NearestName.of(typed, List.of("xnor", "gptq", "arb-x", "billm"))).isEqualTo(meant);
  }
}
