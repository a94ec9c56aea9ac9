package dev.pbq.export.gguf.token;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The rules by which byte-level tokenizers split a text, by llama.cpp's names for them ({@code
 * tokenizer.ggml.pre}), as the models' own tokenizer.json files say them.
 */
final class SplitRules {
  private static final String WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String REST =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String LLAMA3 = WORDS + "\\p{N}{1,3}" + REST;
  private static final String QWEN2 = WORDS + "\\p{N}" + REST;
  private static final String QWEN35 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String TEKKEN =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /**
   * A rule.
   *
   * @param pattern what is split at before bytes become letters; empty for GPT-2's own rule
   * @param digits whether each digit stands alone, before GPT-2's rule
   * @param nfc whether the text is normalized before
   * @param wholeWords whether a word that is a token is taken without merging
   * @param bos whether a text begins with the BOS where the file does not say
   */
  record Rule(
      Optional<String> pattern, boolean digits, boolean nfc, boolean wholeWords, boolean bos) {
    /** The section {@code pre_tokenizer}. */
    ObjectNode preTokenizer() {
      ObjectNode byteLevel =
          JsonNodeFactory.instance
              .objectNode()
              .put("type", "ByteLevel")
              .put("add_prefix_space", false)
              .put("trim_offsets", true)
              .put("use_regex", pattern.isEmpty());
      if (pattern.isEmpty() && !digits) {
        return byteLevel;
      }
      ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
      ArrayNode parts = sequence.putArray("pretokenizers");
      if (digits) {
        parts.addObject().put("type", "Digits").put("individual_digits", true);
      }
      pattern.ifPresent(
          regex -> {
            ObjectNode split = parts.addObject().put("type", "Split");
            split.putObject("pattern").put("Regex", regex);
            split.put("behavior", "Isolated").put("invert", false);
          });
      parts.add(byteLevel);
      return sequence;
    }
  }

  private SplitRules() {}

  /** All rules that are known, by name. */
  static Map<String, Rule> all() {
    Rule gpt2 = new Rule(Optional.empty(), false, false, false, false);
    Rule digits = new Rule(Optional.empty(), true, false, false, false);
    Rule qwen2 = new Rule(Optional.of(QWEN2), false, true, false, false);
    Rule llama3 = new Rule(Optional.of(LLAMA3), false, false, true, true);
    Map<String, Rule> all = new TreeMap<>();
    all.put("gpt-2", gpt2);
    all.put("phi-2", gpt2);
    all.put("smollm", digits);
    all.put("starcoder", digits);
    all.put("refact", digits);
    all.put("qwen2", qwen2);
    all.put("deepseek-r1-qwen", qwen2);
    all.put("qwen35", new Rule(Optional.of(QWEN35), false, true, false, false));
    all.put("llama-bpe", llama3);
    all.put("llama3", llama3);
    all.put("llama-v3", llama3);
    all.put("tekken", new Rule(Optional.of(TEKKEN), false, false, true, true));
    return all;
  }
}
