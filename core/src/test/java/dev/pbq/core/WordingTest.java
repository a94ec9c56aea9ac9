package dev.pbq.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordingTest {
  private static final Wording.Spelling SHOUTED = (name, off) -> (off ? "NO " : "") + name + "!";

  @Test
  void namesAreSpelledByWhoShowsThem() {
    Wording wording = Wording.of("{groupsize} %s and {optimize=false}", 7);
    assertThat(wording).hasToString("groupsize 7 and optimize false");
    assertThat(wording.spelled(SHOUTED)).isEqualTo("groupsize! 7 and NO optimize!");
    assertThat(wording.names()).containsExactly("groupsize", "optimize");
  }

  @Test
  void valuesAreTakenAsTheyAreButKeepTheirNames() {
    Wording inner = Wording.of("%s: try {percdamp}", "layer {force}");
    Wording outer = Wording.of("%s (%s)", inner, "%s {resume}");
    assertThat(outer.spelled(SHOUTED)).isEqualTo("layer {force}: try percdamp! (%s {resume})");
  }

  @Test
  void sentencesOfTheSamePartsAreEqual() {
    assertThat(Wording.of("{bits} %s", 9))
        .isEqualTo(Wording.of("{bits} %s", 9))
        .hasSameHashCodeAs(Wording.of("{bits} %s", 9))
        .isNotEqualTo(Wording.text("bits 9"));
  }

  @Test
  void everyValueHasItsPlace() {
    assertThatThrownBy(() -> Wording.of("{bits} is wrong", 9))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void wordingsAreJoined() {
    assertThat(Wording.join(", ", List.of(Wording.name("bits"), Wording.text("{bits}"))))
        .hasToString("bits, {bits}");
    assertThat(Wording.join(", ", List.of())).hasToString("");
  }

  @Test
  void aFailureKeepsItsNamesWhereItIsSaidOfAPlace() {
    PbqException failure = PbqException.setting("{bits} %s is not between 1 and 8", 9);
    PbqException placed = failure.at("recipe.toml");
    assertThat(failure).hasMessage("bits 9 is not between 1 and 8");
    assertThat(placed).hasMessage("recipe.toml: bits 9 is not between 1 and 8").hasCause(failure);
    assertThat(placed.kind()).isEqualTo(PbqException.Kind.USAGE);
    assertThat(placed.wording().spelled(SHOUTED))
        .isEqualTo("recipe.toml: bits! 9 is not between 1 and 8");
  }
}
