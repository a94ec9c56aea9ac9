package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokenizers made here, so that nothing needs reference data. */
class TokenizersTest {
  private static final String LLAMA_CLASS = "\"tokenizer_class\": \"LlamaTokenizer\"";

  @TempDir Path folder;

  @Test
  void byteLevelBpeMergesInOrder() throws IOException {
    writeByteLevel("{}");
    try (Tokenizer t = Tokenizers.open(folder)) {
      // ids: 0 </s>, 1 <pad>, 2.. bytes from '!', then he, hel, " w"
      assertThat(t.encode("hel")).containsExactly(id("hel"));
      assertThat(t.encode("he w")).containsExactly(id("he"), id("\u0120w"));
      assertThat(t.encode("a<pad>"))
          .containsExactly(id("a"), id("<"), id("p"), id("a"), id("d"), id(">"));
      assertThat(t.vocabularySize()).isEqualTo(vocabulary().size());
      assertThat(t.bosTokenId()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\0',
      delimiter = '|',
      value = {
        "\"tokenizer_class\": \"GPT2Tokenizer\", \"add_bos_token\": true | AUTO | true",
        "\"tokenizer_class\": \"GPT2Tokenizer\", \"add_bos_token\": false | AUTO | false",
        "\"tokenizer_class\": \"GPT2Tokenizer\" | AUTO | false",
        "\"tokenizer_class\": \"GPT2Tokenizer\" | YES | true",
        "\"tokenizer_class\": \"GPT2Tokenizer\", \"add_bos_token\": true | NO | false",
        "\"x\": 1 | AUTO | false",
      })
  void whetherABosIsAdded(String config, BosRule rule, boolean added) throws IOException {
    writeByteLevel("{" + config + ", \"bos_token\": {\"content\": \"</s>\"}}");
    try (Tokenizer t = Tokenizers.open(folder, rule)) {
      assertThat(t.encode("hel")).hasSize(added ? 2 : 1).endsWith(id("hel"));
      assertThat(t.encode("hel", false)).containsExactly(id("hel"));
      assertThat(t.bosTokenId()).hasValue(0);
    }
  }

  @Test
  void partsOfAnUnknownClassAreRefused() throws IOException {
    writeByteLevel("{\"tokenizer_class\": \"LlamaTokenizer\"}");
    assertBroken("LlamaTokenizer");
    writeByteLevel("{\"tokenizer_class\": \"RobertaTokenizer\"}");
    assertBroken("RobertaTokenizer can be made from vocab.json and merges.txt");
  }

  @Test
  void anAddedTokenIsNotSpecialUnlessItSaysSo() throws IOException {
    writeByteLevel(
        """
        {"added_tokens_decoder": {"261": {"content": "<a>", "special": true},
                                  "262": {"content": "<b>", "special": false}}}
        """);
    try (Tokenizer asText = Tokenizers.open(folder);
        Tokenizer asTokens = Tokenizers.open(folder, BosRule.AUTO, SpecialTokenText.AS_TOKENS)) {
      assertThat(asTokens.encode("<a><b>")).containsExactly(261, 262);
      assertThat(asText.encode("<a><b>")).containsExactly(id("<"), id("a"), id(">"), 262);
      assertThat(asText.encode("<b>")).containsExactly(262);
      assertThat(asText.decode(new int[] {261, 262})).isEqualTo("<b>");
      assertThat(asText.piece(262)).isEqualTo("<b>");
    }
  }

  @Test
  void whatTheSideFilesAddToATokenizerJsonCounts() throws IOException {
    writeJson(
        "null",
        "null",
        """
        {"added_tokens_decoder": {"6": {"content": "<x>", "special": true},
                                  "7": {"content": "<y>", "special": false},
                                  "1": {"content": "<s>", "special": false}},
         "additional_special_tokens": ["ab"]}
        """);
    try (Tokenizer asText = Tokenizers.open(folder);
        Tokenizer asTokens = Tokenizers.open(folder, BosRule.AUTO, SpecialTokenText.AS_TOKENS)) {
      assertThat(asTokens.encode("<x>ab<y><s>", false)).containsExactly(6, 5, 7, 1);
      assertThat(asTokens.decode(new int[] {3, 6, 5, 7, 1})).isEqualTo("a <y>");
      assertThat(asText.encode("ab<y>", false)).containsExactly(5, 7);
      assertThat(asText.vocabularySize()).isEqualTo(8);
    }
  }

  @Test
  void ofTwoNamesOfASpecialTokenTheOneOfTransformersCounts() throws IOException {
    writeByteLevel("{\"eos_token\": \"</s>\"}");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{\"eos_token\": \"<pad>\"}");
    try (Tokenizer t = Tokenizers.open(folder)) {
      assertThat(t.eosTokenId()).hasValue(1);
    }
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"eos_token\": \"</s>\", \"added_tokens_decoder\": {}}");
    try (Tokenizer t = Tokenizers.open(folder)) {
      assertThat(t.eosTokenId()).hasValue(0);
    }
  }

  @Test
  void filesWithByteOrderMarksAndCarriageReturnsAreRead() throws IOException {
    writeByteLevel("\uFEFF{\"model_max_length\": Infinity,\r\n \"eos_token\": \"</s>\"}");
    Files.writeString(
        folder.resolve("merges.txt"), "\uFEFF#version: 0.2\r\nh e\r\nhe l\r\n\u0120 w\r\n");
    try (Tokenizer t = Tokenizers.open(folder)) {
      assertThat(t.encode("hel")).containsExactly(id("hel"));
      assertThat(t.eosTokenId()).hasValue(0);
    }
  }

  @Test
  void anOptFolderWithoutTokenizerConfigGetsItsBos() throws IOException {
    writeByteLevel("{}");
    Files.delete(folder.resolve("tokenizer_config.json"));
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"opt\"}");
    try (Tokenizer t = Tokenizers.open(folder)) {
      assertThat(t.encode("hel")).containsExactly(0, id("hel"));
    }
  }

  @Test
  void asksForABosThatDoesNotExist() throws IOException {
    writeByteLevel("{}");
    assertThatThrownBy(() -> Tokenizers.open(folder, BosRule.YES))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageContaining(folder.toString());
  }

  @Test
  void llamaWithoutPostProcessorAndWithoutNamedBosGetsBos1() throws IOException {
    for (String config :
        List.of(
            "{" + LLAMA_CLASS + ", \"add_bos_token\": true, \"bos_token\": \"<s>\"}",
            "{" + LLAMA_CLASS + ", \"bos_token\": \"\"}")) {
      writeJson("null", "null", config);
      Files.writeString(
          folder.resolve("config.json"), "{\"model_type\": \"llama\", \"bos_token_id\": 0}");
      try (Tokenizer t = Tokenizers.open(folder)) {
        assertThat(t.encode("ab")).as(config).containsExactly(1, 5);
      }
    }
  }

  @Test
  void thePostProcessorDecidesWhatStandsAroundAText() throws IOException {
    String bosAndEos =
        """
        {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "</s>", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]},
                            "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}}
        """;
    writeJson(bosAndEos, "null", "{}");
    try (Tokenizer auto = Tokenizers.open(folder);
        Tokenizer no = Tokenizers.open(folder, BosRule.NO)) {
      assertThat(auto.encode("ab")).containsExactly(1, 5, 2);
      assertThat(auto.encode("ab", false)).containsExactly(5);
      assertThat(no.encode("ab")).containsExactly(5, 2);
    }
    // What tokenizer.json says goes before a flag, as in transformers 5.
    writeJson(
        bosAndEos,
        "null",
        "{" + LLAMA_CLASS + ", \"add_bos_token\": false, \"bos_token\": \"<s>\"}");
    try (Tokenizer t = Tokenizers.open(folder)) {
      assertThat(t.encode("ab")).containsExactly(1, 5, 2);
    }
  }

  @Test
  void neverTruncatesOrPads() throws IOException {
    writeJson(
        "null",
        "{\"direction\": \"Right\", \"max_length\": 2, \"strategy\": \"LongestFirst\", \"stride\":"
            + " 0}",
        "{}");
    try (Tokenizer t = Tokenizers.open(folder)) {
      assertThat(t.encode("ab".repeat(1000))).hasSize(1000);
    }
  }

  @Test
  void theFingerprintFollowsTheFiles() throws IOException {
    writeJson("null", "null", "{}");
    String before = fingerprint();
    assertThat(fingerprint()).isEqualTo(before).hasSize(64);
    Files.writeString(folder.resolve("tokenizer_config.json"), "{ }");
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  @Test
  void namesTheFilesThatAreMissing() {
    assertThatThrownBy(() -> Tokenizers.open(folder))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NOT_FOUND))
        .hasMessageContainingAll(
            folder.toString(), "tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt");
    assertThatThrownBy(() -> Tokenizers.open(folder.resolve("nowhere")))
        .hasMessageContaining("nowhere does not exist");
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    writeByteLevel("{}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nh e\nnot a merge\n");
    assertBroken("merges.txt line 3");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{");
    assertBroken("tokenizer_config.json");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
    Files.writeString(folder.resolve("tokenizer.model"), "garbage");
    assertBroken("tokenizer.model");
    for (String json : List.of("", "{}", "[1]", "{\"model\": {\"vocab\": {\"a\": 0}}}")) {
      Files.writeString(folder.resolve("tokenizer.json"), json);
      assertBroken("tokenizer.json");
    }
  }

  private void assertBroken(String where) {
    assertThatThrownBy(() -> Tokenizers.open(folder))
        .isInstanceOfSatisfying(
            PbqException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA);
              assertThat(e.getMessage()).contains(where).doesNotContain("\n");
            });
  }

  @Property(tries = 500)
  void noBytesBreakTheSentencePieceReader(@ForAll("bytes") byte[] bytes) {
    try {
      assertThat(SentencePieceModel.parse(Path.of("tokenizer.model"), bytes).pieces()).isNotEmpty();
    } catch (PbqException e) {
      assertThat(e.getMessage()).startsWith("tokenizer.model: not a SentencePiece model");
    }
  }

  @Provide
  Arbitrary<byte[]> bytes() {
    // Keys of fields 1 to 3 and small lengths, so that nested messages are reached.
    return Arbitraries.bytes().between((byte) 0, (byte) 40).array(byte[].class).ofMaxSize(40);
  }

  @Test
  void readsPiecesAndTheirTypes() {
    byte[] model = {
      10, 5, 10, 1, 'a', 24, 3, 10, 8, 10, 6, '<', '0', 'x', '0', 'A', '>', 26, 2, 24, 0
    };
    SentencePieceModel parsed = SentencePieceModel.parse(Path.of("m"), model);
    assertThat(parsed.pieces())
        .containsExactly(
            new SentencePieceModel.Piece("a", SentencePieceModel.PieceType.CONTROL),
            new SentencePieceModel.Piece("<0x0A>", SentencePieceModel.PieceType.NORMAL));
    assertThat(parsed.dummyPrefix()).isFalse();
    assertThat(parsed.pieces().get(0).isSpecial()).isTrue();
    assertThat(parsed.pieces().get(1).byteValue()).isEqualTo(10);
  }

  private String fingerprint() {
    try (Tokenizer t = Tokenizers.open(folder)) {
      return t.fingerprint();
    }
  }

  /** A BPE of the letters a and b and their pair, without byte level. */
  private void writeJson(String postProcessor, String truncation, String config)
      throws IOException {
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": %s, "padding": null,
         "added_tokens": [%s, %s, %s],
         "normalizer": null, "pre_tokenizer": null, "post_processor": %s, "decoder": null,
         "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "fuse_unk": false,
                   "byte_fallback": false,
                   "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "a": 3, "b": 4, "ab": 5},
                   "merges": ["a b"]}}
        """
            .formatted(
                truncation, added(0, "<unk>"), added(1, "<s>"), added(2, "</s>"), postProcessor));
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
  }

  private static String added(int id, String token) {
    return """
    {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
     "normalized": false, "special": true}\
    """
        .formatted(id, token);
  }

  private void writeByteLevel(String config) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode vocabulary = json.createObjectNode();
    List<String> tokens = vocabulary();
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.put(tokens.get(id), id);
    }
    json.writeValue(folder.resolve("vocab.json").toFile(), vocabulary);
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nh e\nhe l\n\u0120 w\n");
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
  }

  private static int id(String token) {
    return vocabulary().indexOf(token);
  }

  /** The 256 characters that stand for bytes in GPT-2's scheme, and some pairs. */
  private static List<String> vocabulary() {
    List<String> tokens = new ArrayList<>(List.of("</s>", "<pad>"));
    int spare = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      tokens.add(Character.toString(printable ? b : spare++));
    }
    tokens.addAll(List.of("he", "hel", "\u0120w"));
    return tokens;
  }
}
