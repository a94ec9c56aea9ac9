package dev.pbq.export.gguf.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.data.Tokenizers;
import dev.pbq.export.gguf.file.GgufBytes;
import dev.pbq.export.gguf.file.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers put together from the keys of a GGUF file, and run. */
class TokenizerPartsTest {
  private static final String KEY = "tokenizer.ggml.";

  @TempDir private Path folder;

  private static GgufBytes pieces() {
    List<String> texts =
        new ArrayList<>(
            List.of("<unk>", "<s>", "</s>", "\u2581", "a", "b", "ab", "\u2581ab", "  "));
    int[] types = Arrays.copyOf(new int[] {2, 3, 3, 1, 1, 1, 1, 1, 4}, 9 + 256);
    float[] scores = Arrays.copyOf(new float[] {0, 0, 0, -3, -4, -5, -1, -2, 0}, 9 + 256);
    for (int b = 0; b < 256; b++) {
      texts.add("<0x%02X>".formatted(b));
      types[9 + b] = 6;
    }
    return new GgufBytes()
        .put(KEY + "model", "llama")
        .put(KEY + "tokens", texts)
        .put(KEY + "token_type", types)
        .put(KEY + "scores", scores)
        .put(KEY + "bos_token_id", 1)
        .put(KEY + "eos_token_id", 2)
        .put(KEY + "unknown_token_id", 0);
  }

  private static GgufBytes bytes(String pre) {
    return new GgufBytes()
        .put(KEY + "model", "gpt2")
        .put(KEY + "pre", pre)
        .put(KEY + "tokens", List.of("a", "b", "1", "2", "\u0120", "ab", "12", "<end>", "<x>"))
        .put(KEY + "token_type", 1, 1, 1, 1, 1, 1, 1, 3, 4)
        .put(KEY + "merges", List.of("a b", "1 2"))
        .put(KEY + "bos_token_id", 7)
        .put("tokenizer.chat_template", "{{ messages }}");
  }

  private void unpack(GgufBytes bytes) throws IOException {
    Path file = bytes.write(folder.resolve("model.gguf"));
    try (GgufFile opened = GgufFile.open(file)) {
      TokenizerParts.write(opened.metadata(), "llama", folder);
    }
  }

  private int[] encode(String text) {
    try (Tokenizer tokenizer = Tokenizers.open(folder)) {
      return tokenizer.encode(text);
    }
  }

  @Test
  void piecesAreMergedByTheirScores() throws IOException {
    unpack(pieces());
    // BOS, a space in front, the best pair first; a byte where there is no piece.
    assertThat(encode("ab")).containsExactly(1, 7);
    assertThat(encode("abA")).containsExactly(1, 7, 9 + 'A');
    // Spaces of a user's own piece are escaped before it is looked for.
    assertThat(encode("b  b")).containsExactly(1, 3, 5, 8, 5);
  }

  @Test
  void noSpaceAndNoBosWhereTheFileSaysSo() throws IOException {
    unpack(pieces().put(KEY + "add_space_prefix", false).put(KEY + "add_bos_token", false));
    assertThat(encode("ab")).containsExactly(6);
  }

  @Test
  void theSplittingRuleDecidesWhatMerges() throws IOException {
    unpack(bytes("gpt-2"));
    assertThat(encode("ab12 <x>")).containsExactly(5, 6, 4, 8);
    assertThat(Files.readString(folder.resolve("chat_template.jinja"))).isEqualTo("{{ messages }}");
    unpack(bytes("smollm"));
    assertThat(encode("ab12")).containsExactly(5, 2, 3);
    unpack(bytes("llama-bpe"));
    assertThat(encode("ab12")).containsExactly(7, 5, 6);
    unpack(bytes("qwen2").put(KEY + "add_bos_token", true));
    assertThat(encode("12")).containsExactly(7, 2, 3);
  }

  private void refused(GgufBytes bytes, String message) {
    assertThatThrownBy(
            () -> {
              unpack(bytes);
              encode("a");
            })
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContaining(folder.resolve("model.gguf") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void whatCannotBeMadeExactlyIsRefusedByName() {
    refused(bytes("glm4"), "by the rule 'glm4' (tokenizer.ggml.pre), and pbq knows deepseek");
  }

  @Test
  void otherKindsAreRefusedByName() {
    refused(new GgufBytes().put(KEY + "model", "t5"), "has a tokenizer of kind 't5'");
    refused(new GgufBytes().put("a", 1), "holds no tokenizer");
  }

  @Test
  void listsThatDoNotFitAreRefused() {
    refused(
        new GgufBytes().put(KEY + "model", "llama").put(KEY + "tokens", List.of("a")),
        "there are 1 tokens, but 0 scores");
    refused(
        new GgufBytes().put(KEY + "model", "llama").put(KEY + "tokens", 1, 2),
        "key tokenizer.ggml.tokens is not a list of texts");
    refused(pieces().put(KEY + "padding_token_id", 265), "padding_token_id is 265 of 265 tokens");
    refused(
        new GgufBytes()
            .put(KEY + "model", "gpt2")
            .put(KEY + "pre", "gpt-2")
            .put(KEY + "tokens", List.of("a", "b"))
            .put(KEY + "merges", List.of("a b")),
        "the merge \"a b\" is not of two of its tokens");
  }
}
