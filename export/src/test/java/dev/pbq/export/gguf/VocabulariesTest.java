package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vocabularies of the kinds of tokenizers that GGUF has a form for. */
class VocabulariesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Vocabulary read(int size) {
    return new Vocabularies(new TokenizerFiles(folder), size, Optional.empty()).read();
  }

  private ObjectNode byteLevel() {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putObject("vocab").put("a", 0).put("b", 1).put("ab", 2).put("<|end|>", 3);
    model.putArray("merges").add("a b");
    root.putArray("added_tokens")
        .add(JSON.createObjectNode().put("id", 3).put("content", "<|end|>").put("special", true))
        .add(JSON.createObjectNode().put("id", 4).put("content", "<tool>").put("special", false));
    root.putObject("pre_tokenizer").put("type", "ByteLevel").put("use_regex", true);
    return root;
  }

  @Test
  void byteLevelTokensMergesAndPadding() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), byteLevel().toString());
    Vocabulary vocabulary = read(6);
    assertThat(vocabulary.model()).isEqualTo("gpt2");
    assertThat(vocabulary.pre()).isEqualTo("gpt-2");
    assertThat(vocabulary.tokens()).containsExactly("a", "b", "ab", "<|end|>", "<tool>", "[PAD5]");
    assertThat(vocabulary.types()).containsExactly(1, 1, 1, 3, 4, 5);
    assertThat(vocabulary.merges()).containsExactly("a b");
    assertThat(vocabulary.scores()).isEmpty();
  }

  @Test
  void tokensWithoutAnEmbeddingAreLeftOutAndTold() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), byteLevel().toString());
    Vocabulary vocabulary = read(4);
    assertThat(vocabulary.tokens()).hasSize(4);
    assertThat(vocabulary.notes()).singleElement().asString().contains("1 tokens", "no embedding");
  }

  @Test
  void mergesInPairsAreTheSame() throws IOException {
    ObjectNode root = byteLevel();
    ObjectNode model = (ObjectNode) root.get("model");
    model.putArray("merges").addArray().add("a").add("b");
    Files.writeString(folder.resolve("tokenizer.json"), root.toString());
    assertThat(read(5).merges()).containsExactly("a b");
  }

  @Test
  void splittingRulesAreKnownByTheirPatterns() throws IOException {
    String llama3 =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    assertThat(pre(llama3)).isEqualTo("llama-bpe");
    assertThat(pre(llama3.replace("{1,3}", ""))).isEqualTo("qwen2");
    assertThatThrownBy(() -> pre("\\w+"))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("pre")
        .hasMessageContaining("\\w+");
  }

  private String pre(String pattern) throws IOException {
    ObjectNode root = byteLevel();
    ObjectNode sequence = root.putObject("pre_tokenizer").put("type", "Sequence");
    sequence
        .putArray("pretokenizers")
        .add(
            JSON.createObjectNode()
                .put("type", "Split")
                .set("pattern", JSON.createObjectNode().put("Regex", pattern)))
        .add(JSON.createObjectNode().put("type", "ByteLevel").put("use_regex", false));
    Files.writeString(folder.resolve("tokenizer.json"), root.toString());
    return read(5).pre();
  }

  /** Without a tokenizer.model, scores follow the order of merges: the earlier, the higher. */
  @Test
  void piecesWithoutScoresGetThemFromTheMerges() throws IOException {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode model = root.putObject("model").put("type", "BPE").put("unk_token", "<unk>");
    model.put("byte_fallback", true);
    model
        .putObject("vocab")
        .put("<unk>", 0)
        .put("<0x0A>", 1)
        .put("abc", 2)
        .put("ab", 3)
        .put("a", 4);
    model.putArray("merges").add("a b").add("ab c").add("a bc");
    root.putObject("normalizer").put("type", "Prepend").put("prepend", "\u2581");
    Files.writeString(folder.resolve("tokenizer.json"), root.toString());
    Vocabulary vocabulary = read(5);
    assertThat(vocabulary.model()).isEqualTo("llama");
    assertThat(vocabulary.types()).containsExactly(2, 6, 1, 1, 1);
    assertThat(vocabulary.scores()).isEqualTo(List.of(0f, 0f, -1f, 0f, -2f));
    assertThat(vocabulary.spacePrefix()).contains(true);
    assertThat(vocabulary.notes()).singleElement().asString().contains("order of its merges");
  }

  @Test
  void aTokenizerOfWordsIsRefused() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer.json"), "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {}}}");
    assertThatThrownBy(() -> read(3))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("WordLevel")
        .hasMessageContaining("tokenizer false");
  }
}
