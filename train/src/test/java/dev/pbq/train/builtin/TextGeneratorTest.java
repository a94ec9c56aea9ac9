package dev.pbq.train.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {
  private static final World WORLD = new World(TextGenerator.POPULATION);
  private static final WordVocabulary VOCABULARY = WordVocabulary.of(WORLD);
  private static HuggingFaceTokenizer tokenizer;

  @BeforeContainer
  static void open() throws IOException {
    Path file = Files.createTempFile("tokenizer", ".json");
    Files.writeString(file, VOCABULARY.tokenizerJson());
    tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(file)
            .optTruncation(false)
            .optPadding(false)
            .build();
    Files.delete(file);
  }

  @AfterContainer
  static void close() {
    tokenizer.close();
  }

  @Property(tries = 100)
  void aSeedGivesOneStream(@ForAll long seed) {
    assertThat(stream(seed, 20)).isEqualTo(stream(seed, 20)).isNotEqualTo(stream(seed + 1, 20));
  }

  @Property(tries = 200)
  void theTokenizerGivesEveryTextBack(@ForAll long seed) {
    String text = stream(seed, 12);
    Encoding encoding = tokenizer.encode(text);
    int[] ids = VOCABULARY.encode(text);
    assertThat(VOCABULARY.decode(ids)).isEqualTo(text);
    assertThat(encoding.getIds()[0]).isEqualTo(WordVocabulary.BOS);
    assertThat(Arrays.stream(encoding.getIds()).skip(1).mapToInt(Math::toIntExact).toArray())
        .isEqualTo(ids)
        .doesNotContain(WordVocabulary.UNKNOWN, WordVocabulary.BOS, WordVocabulary.EOS);
    assertThat(tokenizer.decode(encoding.getIds(), true)).isEqualTo(text);
  }

  @Property(tries = 200)
  void anyTextAtAllCanBeEncoded(@ForAll String text) {
    long[] ids = tokenizer.encode(text).getIds();
    assertThat(ids[0]).isEqualTo(WordVocabulary.BOS);
    assertThat(Arrays.stream(ids)).allMatch(id -> id >= 0 && id < VOCABULARY.size());
  }

  @Property(tries = 50)
  void sumsAreRight(@ForAll long seed) {
    Matcher sum = Pattern.compile("(\\d+)\\+(\\d+)=(\\d+)").matcher(stream(seed, 60));
    while (sum.find()) {
      assertThat(Integer.parseInt(sum.group(3)))
          .isEqualTo(Integer.parseInt(sum.group(1)) + Integer.parseInt(sum.group(2)));
    }
  }

  @Test
  void everyKindIsWrittenAndPortraitsHoldTheirFacts() {
    TextGenerator generator = new TextGenerator(WORLD, 5);
    Set<Integer> kinds = new HashSet<>();
    Pattern portrait = Pattern.compile("(?:Meet|This is|Here comes) (\\w+) (\\w+)\\.(.*)");
    int portraits = 0;
    for (int i = 0; i < 500; i++) {
      TextGenerator.Text text = generator.next();
      kinds.add(text.kind());
      assertThat(text.nats()).isPositive();
      assertThat(text.text()).endsWith(".\n\n");
      Matcher matcher = portrait.matcher(text.text());
      if (matcher.lookingAt()) {
        portraits++;
        World.Person person =
            WORLD.people().stream()
                .filter(p -> p.first().equals(matcher.group(1)))
                .filter(p -> p.family().equals(matcher.group(2)))
                .findFirst()
                .orElseThrow();
        assertThat(matcher.group(3)).contains(person.trade(), person.town(), person.animal());
        assertThat(matcher.group(3).contains(" She ") || matcher.group(3).contains(" Her "))
            .isEqualTo(person.woman());
      }
    }
    assertThat(kinds).hasSize(TextGenerator.KINDS.size());
    assertThat(portraits).isGreaterThan(100);
  }

  @Test
  void namesAreUnique() {
    Set<List<String>> names = new HashSet<>();
    WORLD.people().forEach(p -> names.add(List.of(p.first(), p.family())));
    assertThat(names).hasSize(TextGenerator.POPULATION);
  }

  @Test
  void choicesCountTheirInformation() {
    RandomChoices choices = new RandomChoices(1);
    choices.below(8);
    choices.draw(List.of("a", "b", "c"), 2);
    assertThat(choices.nats()).isCloseTo(Math.log(8 * 3 * 2), within(1e-12));
    double before = choices.nats();
    int i = choices.weighted(RandomChoices.cumulative(new double[] {1, 3}));
    assertThat(choices.nats() - before).isCloseTo(-Math.log(i == 0 ? 0.25 : 0.75), within(1e-12));
  }

  @Test
  void strangeWordsAreRefusedInTraining() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VOCABULARY.encode("Meet Gandalf."))
        .withMessageContaining("Gandalf");
  }

  private static String stream(long seed, int texts) {
    TextGenerator generator = new TextGenerator(WORLD, seed);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < texts; i++) {
      all.append(generator.next().text());
    }
    return all.toString();
  }
}
