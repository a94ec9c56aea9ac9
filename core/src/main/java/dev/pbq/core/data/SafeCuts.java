package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Cuts a long text into pieces whose tokens, one after the other, are those of the whole text.
 *
 * <p>Byte-level BPE merges inside the pieces of a splitting rule only. The rules known here match
 * from left to right, look at nothing before a match, and never let one match hold a letter and a
 * space after it: between a letter and a space that a letter follows, a match ends in any case. NFC
 * composes nothing there. Other tokenizers are not cut: SentencePiece models merge over spaces.
 */
final class SafeCuts {
  /** Characters of a piece, about. */
  private static final int PIECE = 1 << 15;

  /** Cuts nothing. */
  private static final SafeCuts NONE = new SafeCuts(Integer.MAX_VALUE);

  /** How GPT-2, and the byte level of the library, split a text before merging. */
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /** Those of GPT-2, Qwen2 and Llama 3. */
  private static final Set<String> RULES =
      Set.of(
          GPT2,
          ByteLevelBpe.QWEN2_SPLIT,
          ByteLevelBpe.QWEN2_SPLIT.replace("\\p{N}|", "\\p{N}{1,3}|"));

  private final int length;

  private SafeCuts(int length) {
    this.length = length;
  }

  /** What may be done to texts of a tokenizer.json. */
  static SafeCuts of(JsonNode tokenizer) {
    return of(tokenizer, PIECE);
  }

  /**
   * As the other.
   *
   * @param length characters of a piece at least, except the last
   */
  static SafeCuts of(JsonNode tokenizer, int length) {
    JsonNode model = tokenizer.path("model");
    boolean normalized =
        !tokenizer.hasNonNull("normalizer")
            || tokenizer.path("normalizer").path("type").asText().equals("NFC");
    boolean safe =
        model.path("type").asText().equals("BPE")
            && !model.hasNonNull("dropout")
            && normalized
            && splits(tokenizer.path("pre_tokenizer"))
            && addedTokensAreWords(tokenizer.path("added_tokens"));
    return safe ? new SafeCuts(length) : NONE;
  }

  private static boolean splits(JsonNode rule) {
    if (!rule.path("type").asText().equals("Sequence")) {
      return isWordRule(rule);
    }
    boolean words = false;
    for (JsonNode part : rule.path("pretokenizers")) {
      words |= isWordRule(part);
      String type = part.path("type").asText();
      if (!isWordRule(part) && !type.equals("Digits") && !type.equals("ByteLevel")) {
        return false;
      }
    }
    return words;
  }

  private static boolean isWordRule(JsonNode rule) {
    return switch (rule.path("type").asText()) {
      case "ByteLevel" -> rule.path("use_regex").asBoolean(true);
      case "Split" ->
          RULES.contains(rule.path("pattern").path("Regex").asText())
              && rule.path("behavior").asText().equals("Isolated")
              && !rule.path("invert").asBoolean(false);
      default -> false;
    };
  }

  /** Whether no token that is found in the text as a whole can lie over a cut. */
  private static boolean addedTokensAreWords(JsonNode tokens) {
    for (JsonNode token : tokens) {
      String content = token.path("content").asText();
      boolean takesSpaces = token.path("rstrip").asBoolean(false);
      if (content.isEmpty()
          || content.chars().anyMatch(Character::isWhitespace)
          || (takesSpaces && isLetter(content.charAt(content.length() - 1)))) {
        return false;
      }
    }
    return true;
  }

  /** The pieces of a text, which joined are the text; at least one. */
  List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    while (text.length() - from > length) {
      int cut = from + length;
      while (cut < text.length() - 1 && !isSafe(text, cut)) {
        cut++;
      }
      if (cut >= text.length() - 1) {
        break;
      }
      pieces.add(text.substring(from, cut));
      from = cut;
    }
    pieces.add(text.substring(from));
    return pieces;
  }

  private static boolean isSafe(String text, int cut) {
    return text.charAt(cut) == ' '
        && isLetter(text.charAt(cut - 1))
        && isLetter(text.charAt(cut + 1));
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
