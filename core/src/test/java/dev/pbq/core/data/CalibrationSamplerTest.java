package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CalibrationSamplerTest {
  private final CharTokenizer tokenizer = new CharTokenizer();

  @Test
  void windowsOfOneTextBeginWherePythonSays() {
    String text = letters(500);
    CalibrationSet set =
        CalibrationSampler.draw(CalibrationText.of("built-in", text), tokenizer, 16, 32, 7);
    int[] ids = tokenizer.encode(text);
    PythonRandom random = new PythonRandom(7);
    for (int[] window : set.windows()) {
      int start = (int) random.randint(0, ids.length - 32 - 1);
      assertThat(window).containsExactly(Arrays.copyOfRange(ids, start, start + 32));
    }
    assertThat(set.windows()).hasSize(16);
    assertThat(set.description()).contains("16 windows", "32 tokens", "built-in", "seed 7");
  }

  @Test
  void windowsAreDrawnFromEveryKindOfText() {
    List<CalibrationText> oneOfEach =
        List.of(
            CalibrationText.of("a", letters(50)), perDocument(new Listed(List.of(letters(50)))));
    assertThat(oneOfEach.stream().<Class<?>>map(Object::getClass))
        .containsExactlyInAnyOrder(CalibrationText.class.getPermittedSubclasses());
    for (CalibrationText text : oneOfEach) {
      assertThat(CalibrationSampler.draw(text, tokenizer, 4, 8, 0).windows()).hasSize(4);
    }
  }

  @Test
  void theHashIsOfTheIdsAlone() {
    CalibrationText text = CalibrationText.of("a", letters(200));
    CalibrationText renamed = CalibrationText.of("b", letters(200));
    String hash = CalibrationSampler.draw(text, tokenizer, 4, 8, 0).sha256();
    assertThat(CalibrationSampler.draw(renamed, tokenizer, 4, 8, 0).sha256()).isEqualTo(hash);
    assertThat(CalibrationSampler.draw(text, tokenizer, 4, 8, 1).sha256()).isNotEqualTo(hash);
    assertThat(CalibrationSet.of(List.of(new int[] {1, 258}), "").sha256())
        .isEqualTo(new Sha256().add(new byte[] {1, 0, 0, 0, 2, 1, 0, 0}).hex());
  }

  @Test
  void aTextOfExactlySeqlenTokensIsTooShort() {
    CalibrationText text = CalibrationText.of("small.txt", letters(31));
    assertThatThrownBy(() -> CalibrationSampler.draw(text, tokenizer, 128, 32, 0))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessage("asked for 128 windows of 32 tokens; small.txt has only 32 tokens");
    assertThat(CalibrationSampler.draw(text, tokenizer, 2, 31, 0).windows())
        .allSatisfy(w -> assertThat(w).containsExactly(tokenizer.encode(letters(30))));
  }

  @Property(tries = 40)
  void drawingFromDocumentsDoesNotDependOnHowTheyAreFetched(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int documents,
      @ForAll @IntRange(min = 1, max = 40) int seqlen) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      texts.add(letters(i * 37 % 90 + (i == 0 ? 60 : 0)));
    }
    CalibrationSet set =
        CalibrationSampler.draw(perDocument(new Listed(texts)), tokenizer, 12, seqlen, seed);
    PythonRandom random = new PythonRandom(seed);
    for (int[] window : set.windows()) {
      int[] ids;
      do {
        ids = tokenizer.encode(texts.get((int) random.randint(0, documents - 1)));
      } while (ids.length <= seqlen);
      int start = (int) random.randint(0, ids.length - seqlen - 1);
      assertThat(window).containsExactly(Arrays.copyOfRange(ids, start, start + seqlen));
    }
  }

  @Test
  void documentsAreFetchedOnceAndTokenisedOnce() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      texts.add(letters(i % 400 == 0 ? 60 : 5));
    }
    Listed documents = new Listed(texts);
    CalibrationSampler.draw(perDocument(documents), tokenizer, 10, 32, 3);
    assertThat(documents.fetches).isEqualTo(1);
    assertThat(documents.fetched).isLessThan(texts.size() / 2);
    assertThat(tokenizer.texts()).isLessThan(documents.fetched);
  }

  @Test
  void stopsWhenNoDocumentIsLongEnough() {
    CalibrationText text = perDocument(new Listed(List.of(letters(3), letters(9), letters(4))));
    assertThatThrownBy(() -> CalibrationSampler.draw(text, tokenizer, 8, 10, 0))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContaining("8 windows of 10 tokens")
        .hasMessageContaining("3 documents of docs")
        .hasMessageContaining("longest: 10");
    assertThat(tokenizer.texts()).isEqualTo(3);
  }

  @Test
  void givesUpInAVeryLargeCollectionOfShortDocuments() {
    assertThatThrownBy(
            () -> CalibrationSampler.picks(new PythonRandom(0), 10_000_000, i -> 7, 1, 8, "huge"))
        .hasMessageContaining("huge");
  }

  @Test
  void refusesSizesThatAreNotPositive() {
    CalibrationText text = CalibrationText.of("t", letters(99));
    assertThatThrownBy(() -> CalibrationSampler.draw(text, tokenizer, 0, 8, 0))
        .hasMessageContaining("nsamples");
    assertThatThrownBy(() -> CalibrationSampler.draw(text, tokenizer, 1, 0, 0))
        .hasMessageContaining("seqlen");
  }

  private static CalibrationText perDocument(Listed documents) {
    return new CalibrationText.PerDocument(
        "docs", "docs.jsonl", "per document", documents.size(), "", documents);
  }

  private static String letters(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + i * i % 26));
    }
    return text.toString();
  }

  /** Documents in a list, counting what is asked of it. */
  private static final class Listed implements Documents {
    private final List<String> texts;
    private int fetches;
    private int fetched;

    Listed(List<String> texts) {
      this.texts = texts;
    }

    @Override
    public int size() {
      return texts.size();
    }

    @Override
    public Map<Integer, String> fetch(Set<Integer> indices) {
      fetches++;
      fetched += indices.size();
      Map<Integer, String> found = new HashMap<>();
      indices.forEach(i -> found.put(i, texts.get(i)));
      return found;
    }
  }
}
