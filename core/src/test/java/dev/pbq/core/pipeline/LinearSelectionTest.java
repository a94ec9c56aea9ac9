package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LinearSelectionTest {
  private static final String DOWN = "model.layers.3.mlp.down_proj";

  @Test
  void everythingIsSelectedByDefault() {
    assertThat(LinearSelection.all().selects(0, DOWN)).isTrue();
  }

  @Test
  void theRangeIncludesItsFirstBlockAndNotItsLast() {
    LinearSelection range = new LinearSelection(3, 5, "", false, List.of());
    assertThat(range.selects(2, DOWN)).isFalse();
    assertThat(range.selects(3, DOWN)).isTrue();
    assertThat(range.selects(4, DOWN)).isTrue();
    assertThat(range.selects(5, DOWN)).isFalse();
  }

  @Test
  void invertTurnsRangeAndNameAroundTogether() {
    LinearSelection inverted = new LinearSelection(3, 5, "down", true, List.of());
    assertThat(inverted.selects(3, DOWN)).isFalse();
    assertThat(inverted.selects(3, "model.layers.3.mlp.up_proj")).isTrue();
    assertThat(inverted.selects(7, DOWN)).isTrue();
  }

  @Test
  void skipWinsOverEverything() {
    LinearSelection skipping =
        new LinearSelection(0, 9, "", true, List.of(Pattern.compile("mlp\\.down")));
    assertThat(skipping.selects(9, DOWN)).isFalse();
    assertThat(skipping.selects(9, "model.layers.9.mlp.up_proj")).isTrue();
  }
}
