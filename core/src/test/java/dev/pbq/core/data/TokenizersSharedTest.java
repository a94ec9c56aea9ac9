package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real tokenizers on real text, against published counts and reference hashes. */
class TokenizersSharedTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "llama-32000, 341469, 1, 32000",
    "gpt2, 287644, 628, 50257",
    "opt-reconstructed, 287645, 2, 50265",
    "stories-tok512, 815070, 1, 512"
  })
  void countsOfWikitext2Test(String tokenizer, int count, int first, int vocabulary) {
    String text = corpora().evaluation("wikitext2").text();
    try (Tokenizer t = Tokenizers.open(SharedFolder.of("tokenizers/" + tokenizer))) {
      int[] ids = t.encode(text);
      assertThat(ids).hasSize(count);
      assertThat(t.vocabularySize()).isEqualTo(vocabulary);
      assertThat(ids[0]).isEqualTo(first);
      assertThat(IntStream.of(ids).allMatch(id -> id >= 0 && id < vocabulary)).isTrue();
      assertThat(t.decode(ids)).isEqualTo(text);
    }
  }

  @Test
  void idsOfEveryReferenceTextByBothLibraries() throws IOException {
    Path folder = SharedFolder.of("tokenizers/stories-tok512");
    JsonNode reference =
        new ObjectMapper()
            .readTree(Files.readAllBytes(SharedFolder.of("models/stories260K/reference_ppl.json")));
    Map<String, String> texts =
        Map.of(
            "wikitext2-raw-test", corpora().evaluation("wikitext2").text(),
            "ptb-test", corpora().evaluation("ptb").text(),
            "ptb-valid", joined("ptb.valid.txt", TextReader.strippedLines(), "\n\n"),
            "c4_sample.jsonl", joined("c4_sample.jsonl", new JsonLinesReader(List.of("text")), " "),
            "tinystories.jsonl", corpora().evaluation(corpus("tinystories.jsonl")).text());
    try (Tokenizer json = Tokenizers.open(folder);
        Tokenizer sentencePiece = Tokenizers.open(sentencePieceAlone(folder))) {
      int checked = 0;
      for (Map.Entry<String, JsonNode> entry : reference.properties()) {
        if (!entry.getValue().has("ids_sha256_le_i32")) {
          continue;
        }
        String text = texts.get(entry.getKey().substring(0, entry.getKey().indexOf(" ")));
        String expected = entry.getValue().get("ids_sha256_le_i32").textValue();
        assertThat(Sha256.of(text)).isEqualTo(entry.getValue().get("text_sha256").textValue());
        assertThat(Sha256.of(json.encode(text))).as(entry.getKey()).isEqualTo(expected);
        assertThat(Sha256.of(sentencePiece.encode(text))).as(entry.getKey()).isEqualTo(expected);
        checked++;
      }
      assertThat(checked).isEqualTo(5);
    }
  }

  @Test
  void bothLibrariesAgreeOnLlamaText() throws IOException {
    Path folder = SharedFolder.of("tokenizers/llama-32000");
    Path alone = sentencePieceAlone(folder);
    for (SpecialTokenText special : SpecialTokenText.values()) {
      try (Tokenizer json = Tokenizers.open(folder, BosRule.AUTO, special);
          Tokenizer sentencePiece = Tokenizers.open(alone, BosRule.AUTO, special)) {
        assertAgreement(json, sentencePiece);
        assertThat(json.encode("<unk>"))
            .hasSize(special == SpecialTokenText.AS_TOKENS ? 2 : 4)
            .startsWith(1);
      }
    }
  }

  private static void assertAgreement(Tokenizer json, Tokenizer sentencePiece) {
    for (String text :
        List.of(
            "",
            " ",
            "a",
            "  two  spaces ",
            "\n\n",
            "caf\u00e9 \ud83d\ude00 \u4e2d\u6587",
            "the <unk> of <s>",
            "<unk><unk> x</s>",
            "nul \u0000 byte",
            "lone \ud83d surrogate")) {
      int[] ids = json.encode(text);
      assertThat(sentencePiece.encode(text)).as(text).containsExactly(ids);
      assertThat(sentencePiece.decode(ids)).as(text).isEqualTo(json.decode(ids));
    }
    assertThat(json.decode(json.encode("caf\u00e9 \ud83d\ude00")))
        .isEqualTo("caf\u00e9 \ud83d\ude00");
    assertThat(json.encode("Hello world")).containsExactly(1, 15043, 3186);
    assertThat(json.encode("Hello world", false)).containsExactly(15043, 3186);
    assertThat(sentencePiece.vocabularySize()).isEqualTo(json.vocabularySize());
    assertThat(json.bosTokenId()).hasValue(1);
    assertThat(json.eosTokenId()).hasValue(2);
    assertThat(sentencePiece.bosTokenId()).hasValue(1);
    assertThat(sentencePiece.decode(new int[] {1, 15043, 31999, 99_999, -4})).startsWith("Hello");
  }

  @Test
  void theReconstructedOptVocabularyIsInOrder() {
    try (Tokenizer opt = Tokenizers.open(SharedFolder.of("tokenizers/opt-reconstructed"))) {
      assertThat(opt.encode("Hello world")).containsExactly(2, 31414, 232);
      assertThat(opt.encode("")).containsExactly(2);
    }
  }

  @Test
  void bosRules() {
    Path llama = SharedFolder.of("tokenizers/llama-32000");
    try (Tokenizer yes = Tokenizers.open(llama, BosRule.YES);
        Tokenizer no = Tokenizers.open(llama, BosRule.NO);
        Tokenizer gpt2 = Tokenizers.open(SharedFolder.of("tokenizers/gpt2"), BosRule.YES)) {
      assertThat(yes.encode("Hello")).containsExactly(1, 15043);
      assertThat(no.encode("Hello")).containsExactly(15043);
      assertThat(gpt2.encode("Hello")).containsExactly(50256, 15496);
    }
  }

  @Test
  void aPathToAKnownFileIsThatDataSet() {
    EvaluationText byName = corpora().evaluation("wikitext2");
    EvaluationText byPath = corpora().evaluation(corpus("wiki.test.raw"));
    assertThat(byName.sha256())
        .isEqualTo("696cca6b65a171b0a358a4be6732cdfdf2dd6164a32e20fd70e3c13fc4dfae83");
    assertThat(byName.documentCount()).isEqualTo(4358);
    assertThat(byPath.sha256()).isEqualTo(byName.sha256());
    assertThat(corpora().evaluation("ptb").documentCount()).isEqualTo(3761);
    assertThat(byName.joined()).isEqualTo("test, documents joined with \"\\n\\n\"");
  }

  private static String corpus(String file) {
    return SharedFolder.of("corpora/" + file).toString();
  }

  private static Corpora corpora() {
    return new Corpora(Optional.of(SharedFolder.of("corpora")), Map.of());
  }

  private static String joined(String file, DocumentReader reader, String separator) {
    JoinedText text = new JoinedText(file, separator);
    reader.read(
        SharedFolder.of("corpora/" + file),
        document -> {
          text.add(document);
          return true;
        });
    return text.text();
  }

  private Path sentencePieceAlone(Path folder) throws IOException {
    for (String name : List.of("tokenizer.model", "tokenizer_config.json")) {
      Files.copy(folder.resolve(name), temp.resolve(name));
    }
    return temp;
  }
}
