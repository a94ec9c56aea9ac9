package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** BERT's tokenizer from its vocab.txt alone. */
class WordPieceTest {
  private static final List<String> VOCABULARY =
      List.of(
          "[PAD]",
          "[UNK]",
          "[CLS]",
          "[SEP]",
          "[MASK]",
          "the",
          "un",
          "##aff",
          "##able",
          "cafe",
          "caf\u00e9",
          "The",
          ",",
          "!",
          "\u4e2d",
          "\u6587",
          "[",
          "]",
          "mask",
          "sep",
          "don",
          "'",
          "t");

  @TempDir Path folder;

  private int[] encode(String text) {
    try (Tokenizer t = Tokenizers.open(folder)) {
      return t.encode(text);
    }
  }

  private static int[] ids(String... tokens) {
    return Arrays.stream(tokens).mapToInt(VOCABULARY::indexOf).toArray();
  }

  private void write(String config) throws IOException {
    Files.write(folder.resolve("vocab.txt"), VOCABULARY);
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
  }

  @Test
  void piecesAreTheLongestFromTheLeft() throws IOException {
    write("{}");
    assertThat(encode("The unaffable"))
        .isEqualTo(ids("[CLS]", "the", "un", "##aff", "##able", "[SEP]"));
    assertThat(encode("unaffablex the")).isEqualTo(ids("[CLS]", "[UNK]", "the", "[SEP]"));
    assertThat(encode("")).isEqualTo(ids("[CLS]", "[SEP]"));
    assertThat(encode("the" + "x".repeat(100))).isEqualTo(ids("[CLS]", "[UNK]", "[SEP]"));
  }

  @Test
  void basicTokenizationCleansAndSplits() throws IOException {
    write("{\"do_lower_case\": true}");
    assertThat(encode(" the,the!\tdon't\u0000\n"))
        .isEqualTo(ids("[CLS]", "the", ",", "the", "!", "don", "'", "t", "[SEP]"));
    assertThat(encode("\u4e2d\u6587the"))
        .isEqualTo(ids("[CLS]", "\u4e2d", "\u6587", "the", "[SEP]"));
    assertThat(encode("CAF\u00c9"))
        .as("accents go with the case")
        .isEqualTo(ids("[CLS]", "cafe", "[SEP]"));
  }

  @Test
  void caseIsKeptWhereTheConfigurationSaysSo() throws IOException {
    write("{\"do_lower_case\": false}");
    assertThat(encode("The the caf\u00e9"))
        .isEqualTo(ids("[CLS]", "The", "the", "caf\u00e9", "[SEP]"));
    write("{\"do_lower_case\": true, \"strip_accents\": false}");
    assertThat(encode("The Caf\u00e9")).isEqualTo(ids("[CLS]", "the", "caf\u00e9", "[SEP]"));
    write("{\"tokenize_chinese_chars\": false}");
    assertThat(encode("\u4e2d\u6587")).isEqualTo(ids("[CLS]", "[UNK]", "[SEP]"));
  }

  @Test
  void withoutTokenizerConfigLettersBecomeLowerCase() throws IOException {
    write("{}");
    Files.delete(folder.resolve("tokenizer_config.json"));
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bert\"}");
    assertThat(encode("THE")).isEqualTo(ids("[CLS]", "the", "[SEP]"));
  }

  @Test
  void specialTokensInATextAreText() throws IOException {
    write("{}");
    assertThat(encode("[SEP]")).isEqualTo(ids("[CLS]", "[", "sep", "]", "[SEP]"));
    try (Tokenizer t = Tokenizers.open(folder, BosRule.AUTO, SpecialTokenText.AS_TOKENS)) {
      assertThat(t.encode("the [MASK]")).isEqualTo(ids("[CLS]", "the", "[MASK]", "[SEP]"));
      assertThat(t.decode(t.encode("unaffable , the"))).isEqualTo("unaffable, the");
      assertThat(t.vocabularySize()).isEqualTo(VOCABULARY.size());
    }
  }

  @Test
  void truncationKeepsTheSpecialTokens() throws IOException {
    write("{}");
    try (Tokenizer t = Tokenizers.open(folder)) {
      assertThat(t.encodeTruncated("the , the ! the", 5))
          .isEqualTo(ids("[CLS]", "the", ",", "the", "[SEP]"));
      assertThat(t.encodeTruncated("the", 5)).isEqualTo(ids("[CLS]", "the", "[SEP]"));
      assertThat(t.encodeTruncated("the the", 2)).isEqualTo(ids("[CLS]", "[SEP]"));
      assertThatThrownBy(() -> t.encodeTruncated("the the", 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aTokenizerJsonGoesFirst() throws IOException {
    write("{}");
    byte[] json = WordPiece.tokenizerJson(folder.resolve("vocab.txt"), TokenizerFacts.read(folder));
    Files.write(folder.resolve("tokenizer.json"), json);
    Files.write(folder.resolve("vocab.txt"), List.of("nothing"));
    assertThat(encode("The unaffable"))
        .isEqualTo(ids("[CLS]", "the", "un", "##aff", "##able", "[SEP]"));
  }

  @Test
  void aVocabularyWithoutSpecialTokensIsRefused() throws IOException {
    Files.write(folder.resolve("vocab.txt"), List.of("[UNK]", "[CLS]", "the"));
    assertThatThrownBy(() -> encode("the"))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContaining("vocab.txt: no line [SEP]");
  }
}
