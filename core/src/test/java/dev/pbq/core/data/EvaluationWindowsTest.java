package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EvaluationWindowsTest {

  @Property
  void windowsAreTheTextWithoutItsTail(
      @ForAll @IntRange(min = 2, max = 50) int seqlen,
      @ForAll @IntRange(max = 400) int more,
      @ForAll @IntRange(min = 1, max = 20) int limit) {
    int[] ids = IntStream.range(0, seqlen + more).toArray();
    int[][] windows = EvaluationWindows.split(ids, seqlen, OptionalInt.of(limit));
    assertThat(windows).hasNumberOfRows(Math.min(limit, ids.length / seqlen));
    int[] joined = Arrays.stream(windows).flatMapToInt(Arrays::stream).toArray();
    assertThat(joined).containsExactly(Arrays.copyOf(ids, windows.length * seqlen));
    assertThat(Arrays.asList(windows)).allSatisfy(window -> assertThat(window).hasSize(seqlen));
  }

  @Test
  void tellsHowManyTokensATooShortTextHas() {
    assertThatThrownBy(() -> EvaluationWindows.split(new int[7], 8, OptionalInt.empty()))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContaining("only 7 tokens")
        .hasMessageContaining("8");
  }

  @Test
  void namesTheTextThatIsTooShort() {
    EvaluationText text = EvaluationText.of("built-in", "abc");
    assertThatThrownBy(
            () -> EvaluationWindows.of(text, new CharTokenizer(), 9, OptionalInt.empty()))
        .hasMessageContaining("built-in has only 4 tokens");
  }

  @Test
  void refusesUselessSizes() {
    assertThatThrownBy(() -> EvaluationWindows.split(new int[7], 1, OptionalInt.empty()))
        .hasMessageContaining("seqlen");
    assertThatThrownBy(() -> EvaluationWindows.split(new int[7], 2, OptionalInt.of(0)))
        .hasMessageContaining("limit");
  }

  @Test
  void cutsTheTokensWhereTheProtocolSaysSo() {
    String text = "x".repeat(100);
    EvaluationText cut =
        new EvaluationText("c4", "f", "", 1, Sha256.of(text), text, OptionalInt.of(3));
    assertThat(cut.tokens(new CharTokenizer(), 8)).hasSize(24);
    assertThat(cut.tokens(new CharTokenizer(), 50)).hasSize(101);
    assertThat(EvaluationWindows.of(cut, new CharTokenizer(), 8, OptionalInt.empty()))
        .hasNumberOfRows(3);
  }
}
