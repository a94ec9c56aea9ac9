package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Refuses a tokenizer.json with which Hugging Face's native library (crate tokenizers 0.21) does
 * not report an error but ends the whole process, when it reads the file or when it encodes a text.
 */
final class TokenizerChecks {
  /** The library's parser has an end at 128. */
  private static final int MAX_DEPTH = 100;

  private static final String PREFIX = "continuing_subword_prefix";

  /** Where an expression could match nothing: between words, at ends, at line breaks. */
  private static final String SAMPLE = " a  Bc\u00e9\u4e2d1.,_-\t\n\u00a0\u2581\ud83d\ude00'x\r\n ";

  private final Path file;

  private TokenizerChecks(Path file) {
    this.file = file;
  }

  /**
   * Checks a file.
   *
   * @param file named in errors
   * @throws PbqException BAD_DATA naming the section
   */
  static void require(Path file, ObjectNode root) {
    TokenizerChecks checks = new TokenizerChecks(file);
    checks.values("", root, 0);
    checks.steps("normalizer", root.path("normalizer"));
    checks.steps("decoder", root.path("decoder"));
    checks.vocabulary(root.path("model").path("vocab"));
    checks.merges(root.path("model"));
  }

  /** Texts that are Unicode, numbers that are finite, and no endless nesting. */
  private void values(String where, JsonNode node, int depth) {
    if (depth > MAX_DEPTH) {
      throw wrong(where, "more than " + MAX_DEPTH + " levels of nesting");
    }
    if (node.isTextual()) {
      text(where, node.textValue());
    } else if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
      throw wrong(where, "a number beyond all bounds");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      text(where, entry.getKey());
      values(depth == 0 ? entry.getKey() : where, entry.getValue(), depth + 1);
    }
    if (node.isArray()) {
      node.forEach(item -> values(where, item, depth + 1));
    }
  }

  private void text(String where, String text) {
    if (!WellFormed.of(text).equals(text)) {
      throw wrong(where, "a text that is not Unicode");
    }
  }

  /** The steps of a section, whatever they are nested in. */
  private void steps(String section, JsonNode node) {
    if (node.has("precompiled_charsmap") || isOfType(node, "Precompiled")) {
      JsonNode map = node.path("precompiled_charsmap");
      if (!map.isTextual() || !PrecompiledCharsmap.isSound(map.textValue())) {
        throw wrong(section, "precompiled_charsmap is damaged");
      }
    }
    if (node.has("pattern")) {
      pattern(section, node.get("pattern"));
    }
    if (isOfType(node, "Strip") && node.has("stop") && node.get("stop").asLong(1) != 0) {
      throw wrong(section, "a Strip from the end of tokens is not supported");
    }
    node.forEach(inner -> steps(section, inner));
  }

  private static boolean isOfType(JsonNode node, String type) {
    return type.equals(node.path("type").textValue());
  }

  /**
   * A replacement of what stands between two characters loses the library's place in the text; to
   * split there is harmless, and real tokenizers do.
   */
  private void pattern(String section, JsonNode pattern) {
    JsonNode expression = pattern.path("Regex");
    boolean empty =
        pattern.path("String").isTextual() && pattern.get("String").textValue().isEmpty();
    if (empty || (expression.isTextual() && matchesNothing(expression.textValue()))) {
      throw wrong(section, "a pattern that matches between two characters");
    }
  }

  private static boolean matchesNothing(String expression) {
    try {
      return Pattern.compile(expression)
          .matcher(SAMPLE)
          .results()
          .anyMatch(match -> match.start() == match.end());
    } catch (PatternSyntaxException e) {
      // Of another dialect, which the library has to judge; an expression for nothing is in both.
      return expression.isEmpty();
    }
  }

  private void vocabulary(JsonNode vocabulary) {
    if (!vocabulary.isObject()) {
      return;
    }
    for (JsonNode id : vocabulary) {
      if (!id.isInt() || id.intValue() < 0) {
        throw wrong("model", "an id in vocab is no number from 0 to 2147483647");
      }
    }
  }

  /** The library cuts the prefix off the second part of every merge. */
  private void merges(JsonNode model) {
    String prefix = model.path(PREFIX).asText("");
    if (prefix.isEmpty() || model.path(PREFIX).isNull()) {
      return;
    }
    for (JsonNode merge : model.path("merges")) {
      String text =
          merge.isArray() ? merge.path(1).asText() : merge.asText().replaceFirst("^[^ ]* ", "");
      if (!text.startsWith(prefix) || !prefix.chars().allMatch(c -> c < 0x80)) {
        throw wrong("model", "a merge's second part does not begin with " + PREFIX);
      }
    }
  }

  private PbqException wrong(String section, String what) {
    return PbqException.badData(file + ": " + section + ": " + what);
  }
}
