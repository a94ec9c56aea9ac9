package dev.pbq.eval.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.LabeledText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelNamesTest {
  private static int index(String label) {
    return new LabelNames(List.of("neg", "pos", "POS"))
        .index(new LabeledText("x", label, "f.tsv line 3"));
  }

  @ParameterizedTest
  @CsvSource({"0,0", "2,2", "01,1", "neg,0", "NEG,0", "pos,1", "POS,2", "Pos,1"})
  void numbersAndNames(String label, int index) {
    assertThat(index(label)).isEqualTo(index);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | f.tsv line 3: label 3 is out of range: the model's labels are 0 to 2",
        "-1 | f.tsv line 3: label -1 is out of range: the model's labels are 0 to 2",
        "99999999999 | f.tsv line 3: label 99999999999 is out of range: the model's labels are 0 to"
            + " 2",
        "good | f.tsv line 3: label \"good\" is none of the model's: neg, pos, POS"
      })
  void labelsThatTheModelDoesNotHave(String label, String message) {
    assertThatThrownBy(() -> index(label))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessage(message);
  }

  @Test
  void theFirstOfNamesThatDifferInCaseCounts() {
    assertThat(index("pOS")).isEqualTo(1);
  }
}
