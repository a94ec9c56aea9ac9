package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pieces of a text have the tokens of the text, by the native library itself. */
class SafeCutsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String BYTE_LEVEL =
      "{\"type\": \"ByteLevel\", \"add_prefix_space\": %s, \"trim_offsets\": true, \"use_regex\":"
          + " %s}";

  private static final List<String> PARTS =
      List.of(
          "the",
          "he",
          "th",
          "x",
          "Don",
          "'s",
          "'ll",
          " ",
          " ",
          " ",
          "  ",
          "\n",
          " \n",
          "\n\n",
          "\t",
          ".",
          ",",
          "=",
          "@-@",
          "12",
          "7",
          "e\u0301",
          "\u00e9",
          "\u4e2d",
          "<pad>",
          "\u00a0",
          "\ud83d\ude00",
          " a ",
          "b c",
          "Q");

  private static String split(String regex) {
    return "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Split\", \"pattern\":"
        + " {\"Regex\": \""
        + regex.replace("\\", "\\\\")
        + "\"}, \"behavior\": \"Isolated\", \"invert\": false}, "
        + BYTE_LEVEL.formatted(false, false)
        + "]}";
  }

  private static String rule(String name) {
    return switch (name) {
      case "gpt2" -> BYTE_LEVEL.formatted(false, true);
      case "gpt2 with a prefix" -> BYTE_LEVEL.formatted(true, true);
      case "digits" ->
          "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Digits\","
              + " \"individual_digits\": true}, "
              + BYTE_LEVEL.formatted(false, true)
              + "]}";
      case "qwen2" -> split(ByteLevelBpe.QWEN2_SPLIT);
      case "llama3" -> split(ByteLevelBpe.QWEN2_SPLIT.replace("\\p{N}|", "\\p{N}{1,3}|"));
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** All bytes, and merges that a cut in a word, or at any space, would change. */
  private static ObjectNode tokenizer(String rule) throws IOException {
    ObjectNode root = JSON.createObjectNode().put("version", "1.0");
    ObjectNode pad = root.putArray("added_tokens").addObject().put("id", 0).put("content", "<pad>");
    for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
      pad.put(flag, false);
    }
    pad.put("special", true);
    root.putObject("normalizer").put("type", "NFC");
    root.set("pre_tokenizer", JSON.readTree(rule));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab").put("<pad>", 0);
    int spare = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      vocabulary.put(Character.toString(printable ? b : spare++), vocabulary.size());
    }
    ArrayNode merges = model.putArray("merges");
    for (String merge :
        List.of(
            "t h",
            "h e",
            "\u0120 t",
            "\u0120 \u0120",
            "\u010a \u010a",
            "\u0120 \u010a",
            ". \u010a")) {
      merges.add(merge);
      vocabulary.put(merge.replace(" ", ""), vocabulary.size());
    }
    return root;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gpt2 with a prefix", "digits", "qwen2", "llama3"})
  void tokensOfPiecesAreThoseOfTheText(String name) throws IOException {
    ObjectNode json = tokenizer(rule(name));
    SafeCuts cuts = SafeCuts.of(json, 8);
    Random random = new Random(7);
    int all = 0;
    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(JSON.writeValueAsBytes(json)), Map.of())) {
      for (int t = 0; t < 300; t++) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i >= 0; i--) {
          text.append(PARTS.get(random.nextInt(PARTS.size())));
        }
        List<String> pieces = cuts.pieces(text.toString());
        assertThat(String.join("", pieces)).isEqualTo(text.toString());
        assertThat(pieces.stream().flatMapToLong(p -> ids(tokenizer, p)).toArray())
            .as("%s", pieces)
            .containsExactly(ids(tokenizer, text.toString()).toArray());
        all += pieces.size();
      }
    }
    assertThat(all).isGreaterThan(600);
  }

  private static LongStream ids(HuggingFaceTokenizer tokenizer, String text) {
    return LongStream.of(tokenizer.encode(text, false, false).getIds());
  }

  private static int count(ObjectNode json) {
    return SafeCuts.of(json, 4).pieces("one two three four five six").size();
  }

  @Test
  void whatMayMergeOverASpaceIsNotCut() throws IOException {
    String gpt2 = rule("gpt2");
    assertThat(count(tokenizer(gpt2))).isGreaterThan(3);
    assertThat(count(tokenizer("null"))).isOne();
    assertThat(count(tokenizer(BYTE_LEVEL.formatted(false, false)))).isOne();
    assertThat(count(tokenizer(split("[a-z ]+")))).isOne();
    ObjectNode lowered = tokenizer(gpt2);
    lowered.putObject("normalizer").put("type", "Lowercase");
    assertThat(count(lowered)).isOne();
    ObjectNode unigram = tokenizer(gpt2);
    ((ObjectNode) unigram.get("model")).put("type", "Unigram");
    assertThat(count(unigram)).isOne();
    ObjectNode drops = tokenizer(gpt2);
    ((ObjectNode) drops.get("model")).put("dropout", 0.1);
    assertThat(count(drops)).isOne();
    ObjectNode wide = tokenizer(gpt2);
    ((ObjectNode) wide.get("added_tokens").get(0)).put("content", "two three");
    assertThat(count(wide)).isOne();
    ObjectNode strips = tokenizer(gpt2);
    ((ObjectNode) strips.get("added_tokens").get(0)).put("content", "pad").put("rstrip", true);
    assertThat(count(strips)).isOne();
  }
}
