package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TensorNamesTest {
  @Test
  void numbersCompareAsNumbers() {
    assertThat(
            List.of("l.10.a", "l.9.b", "l.9.a", "k.99999999999999999999", "k.2", "l", "l.09.a")
                .stream()
                .sorted(TensorNames.NATURAL_ORDER))
        .containsExactly(
            "k.2", "k.99999999999999999999", "l", "l.09.a", "l.9.a", "l.9.b", "l.10.a");
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withChars("ab.019").ofMaxLength(6);
  }

  @Property
  void theOrderIsTotal(
      @ForAll("names") String a, @ForAll("names") String b, @ForAll("names") String c) {
    int ab = TensorNames.NATURAL_ORDER.compare(a, b);
    assertThat(ab == 0).isEqualTo(a.equals(b));
    assertThat(Integer.signum(TensorNames.NATURAL_ORDER.compare(b, a)))
        .isEqualTo(-Integer.signum(ab));
    if (ab < 0 && TensorNames.NATURAL_ORDER.compare(b, c) < 0) {
      assertThat(TensorNames.NATURAL_ORDER.compare(a, c)).isNegative();
    }
  }

  @Test
  void exactNamesWin() {
    Set<String> stored = Set.of("model.a", "a", "b", "model.c");
    assertThat(TensorNames.resolve("a", stored::contains)).contains("a");
    assertThat(TensorNames.resolve("model.a", stored::contains)).contains("model.a");
    assertThat(TensorNames.resolve("model.b", stored::contains)).contains("b");
    assertThat(TensorNames.resolve("c", stored::contains)).contains("model.c");
    assertThat(TensorNames.resolve("d", stored::contains)).isEmpty();
  }

  @Test
  void prefixesAndOldNamesOfBert() {
    Set<String> bare = Set.of("encoder.layer.0.output.LayerNorm.gamma", "classifier.weight");
    assertThat(TensorNames.resolve("bert.encoder.layer.0.output.LayerNorm.weight", bare::contains))
        .contains("encoder.layer.0.output.LayerNorm.gamma");
    assertThat(TensorNames.resolve("classifier.weight", bare::contains))
        .contains("classifier.weight");
    assertThat(TensorNames.resolve("bert.encoder.layer.0.output.LayerNorm.bias", bare::contains))
        .isEmpty();
    Set<String> prefixed = Set.of("bert.pooler.dense.weight", "bert.x.LayerNorm.beta");
    assertThat(TensorNames.resolve("pooler.dense.weight", prefixed::contains))
        .contains("bert.pooler.dense.weight");
    assertThat(TensorNames.resolve("x.LayerNorm.bias", prefixed::contains))
        .contains("bert.x.LayerNorm.beta");
  }

  @Test
  void printableNamesAreOneHarmlessLine() {
    assertThat(TensorNames.printable("a\n\r\u001b[1m\u202e\u2028b")).isEqualTo("a???[1m??b");
    assertThat(TensorNames.printable("x".repeat(5000))).hasSizeLessThan(250).endsWith("...");
  }
}
