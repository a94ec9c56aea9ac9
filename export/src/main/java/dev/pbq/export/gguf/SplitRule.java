package dev.pbq.export.gguf;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * llama.cpp's names ({@code tokenizer.ggml.pre}) for the rules by which byte-level tokenizers split
 * text, found by the rule itself.
 */
final class SplitRule {
  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String QWEN2 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String QWEN35 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String TEKKEN =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final Map<List<String>, String> NAMES =
      Map.of(
          List.of("byte-level"), "gpt-2",
          List.of(LLAMA3), "llama-bpe",
          List.of(QWEN2), "qwen2",
          List.of(QWEN35), "qwen35",
          List.of(TEKKEN), "tekken",
          List.of("digits", "byte-level"), "smollm");

  private SplitRule() {}

  /** The name of the rule that these patterns make, one after the other. */
  static Optional<String> of(List<String> patterns) {
    return Optional.ofNullable(NAMES.get(patterns));
  }
}
