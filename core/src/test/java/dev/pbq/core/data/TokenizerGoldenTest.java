package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers of 25 kinds on hard strings, against the libraries that define them. */
class TokenizerGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-wordpiece",
        "bloom",
        "cohere-nfc-digits",
        "deepseek",
        "deepseek-coder-digits",
        "falcon",
        "gemma-split-space",
        "gpt2",
        "gptoss-o200k",
        "llama2-legacy",
        "llama2-metaspace-first",
        "llama3",
        "metaspace-never-split",
        "neox-spaces",
        "nfkd-whitespacesplit",
        "opt",
        "phi3-rstrip",
        "precompiled-unigram",
        "qwen2",
        "roberta",
        "sentencepiece-bpe",
        "sentencepiece-unigram",
        "starcoder-digits",
        "t5-unigram",
        "unigram-bytefallback-strip"
      })
  void encodesAndDecodesAsTheReference(String name) throws IOException {
    Path folder = SharedFolder.of("golden/tokenizers/" + name);
    JsonNode golden = JSON.readTree(Files.readAllBytes(folder.resolve("encodings.json")));
    SoftAssertions softly = new SoftAssertions();
    try (Tokenizer asTokens = open(folder, SpecialTokenText.AS_TOKENS);
        Tokenizer asText = open(folder, SpecialTokenText.AS_TEXT)) {
      softly
          .assertThat(asTokens.vocabularySize())
          .isEqualTo(golden.path("vocabulary_size").intValue());
      for (JsonNode entry : golden.path("encodings")) {
        String text = entry.path("text").textValue();
        JsonNode plain = entry.has("ids") ? entry.path("ids") : entry.path("ids_special_as_text");
        if (entry.has("ids")) {
          softly.assertThat(asTokens.encode(text, false)).as(text).isEqualTo(ids(plain));
        }
        if (entry.has("ids_with_special")) {
          softly
              .assertThat(asTokens.encode(text))
              .as(text)
              .isEqualTo(ids(entry.path("ids_with_special")));
        }
        JsonNode special = entry.path("ids_special_as_text");
        softly
            .assertThat(asText.encode(text, false))
            .as("special as text: " + text)
            .isEqualTo(ids(special.isMissingNode() ? plain : special));
        softly
            .assertThat(asTokens.decode(ids(plain)))
            .as("decoded: " + text)
            .isEqualTo(entry.path("decoded").textValue());
      }
    }
    softly.assertAll();
  }

  @Test
  void everyFolderIsNamed() throws IOException {
    try (Stream<Path> folders = Files.list(SharedFolder.of("golden/tokenizers"))) {
      assertThat(folders).hasSize(25);
    }
  }

  @Test
  void casesThatPeopleMeet() {
    try (Tokenizer t = open("bos-probe", SpecialTokenText.AS_TEXT)) {
      assertThat(t.encode("ACGT")).containsExactly(0, 6, 4, 5);
    }
    for (SpecialTokenText way : SpecialTokenText.values()) {
      try (Tokenizer t = open("json-id-holes", way)) {
        assertThat(t.eosTokenId()).hasValue(271);
        assertThat(t.encode("b<tool>")).containsExactly(98, 270);
        assertThat(t.piece(271)).isEqualTo("<end>");
        if (way == SpecialTokenText.AS_TOKENS) {
          assertThat(t.encode("a<end>")).containsExactly(97, 271);
        }
      }
    }
    try (Tokenizer t = open("qwen2-vocab-merges", SpecialTokenText.AS_TOKENS)) {
      assertThat(t.encode("123 caf\u00e9 a<tool_call><|im_start|>"))
          .containsExactly(49, 50, 51, 32, 263, 264, 32, 97, 272, 271);
      assertThat(t.bosTokenId()).isEmpty();
    }
    try (Tokenizer t = open("qwen2-vocab-merges", SpecialTokenText.AS_TEXT)) {
      assertThat(t.encode("<tool_call>")).containsExactly(272);
      assertThat(t.encode("<tool_call><|im_start|>")).hasSize(13).startsWith(272);
    }
    try (Tokenizer t = open("sp-add-eos", SpecialTokenText.AS_TEXT)) {
      assertThat(t.encode("Once upon")).containsExactly(1, 403, 407, 2);
    }
    try (Tokenizer t = open("tokenizer-infinity", SpecialTokenText.AS_TEXT)) {
      assertThat(t.eosTokenId()).hasValue(270);
    }
  }

  @Test
  void aSpaceGoesBeforeTheTextAloneUnlessTheTokenizerIsALegacyOne() {
    String prompt = "<s>[INST] Hi there [/INST]";
    try (Tokenizer t = open("sp-legacy-false", SpecialTokenText.AS_TOKENS)) {
      assertThat(t.encode(prompt, false)).startsWith(1, 508, 442, 458);
      assertThat(t.encode("Hi there")).containsExactly(1, 320, 417, 383);
    }
    try (Tokenizer t = open("sp-add-eos", SpecialTokenText.AS_TOKENS)) {
      assertThat(t.encode(prompt, false)).startsWith(1, 410, 508, 442);
    }
    try (Tokenizer t = open("chat-bos-elsewhere", SpecialTokenText.AS_TOKENS)) {
      assertThat(t.encode(prompt, false)).startsWith(1, 410, 508);
    }
  }

  private static Tokenizer open(String shared, SpecialTokenText way) {
    return open(SharedFolder.of("cases/" + shared), way);
  }

  private static Tokenizer open(Path folder, SpecialTokenText way) {
    return Tokenizers.open(folder, BosRule.AUTO, way);
  }

  private static int[] ids(JsonNode list) {
    return JSON.convertValue(list, int[].class);
  }
}
