package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A token that is matched in a text as a whole, before the text is split. Added and special are two
 * things: a special one is no text (it may be read as plain text on request, and decoding leaves it
 * out), the others are words of the vocabulary like any.
 *
 * @param content the text that it stands for
 * @param id as the file says; -1 where it says none
 * @param special whether it is no text
 * @param stripLeft whether it takes the white space before it along
 * @param stripRight whether it takes the white space behind it along
 * @param normalized whether it is looked for in the normalized text
 * @param singleWord whether it counts only where no letter touches it
 */
public record AddedToken(
    String content,
    int id,
    boolean special,
    boolean stripLeft,
    boolean stripRight,
    boolean normalized,
    boolean singleWord) {

  /** A special token without habits of its own. */
  static AddedToken special(String content, int id) {
    return new AddedToken(content, id, true, false, false, false, false);
  }

  /** From an entry of {@code added_tokens} or {@code added_tokens_decoder}. */
  static AddedToken of(JsonNode entry, int id) {
    boolean special = entry.path("special").asBoolean(false);
    return new AddedToken(
        entry.path("content").asText(),
        id,
        special,
        entry.path("lstrip").asBoolean(false),
        entry.path("rstrip").asBoolean(false),
        entry.path("normalized").asBoolean(!special),
        entry.path("single_word").asBoolean(false));
  }

  /** Writes it as an entry of {@code added_tokens}. */
  void put(ObjectNode entry) {
    entry
        .put("id", id)
        .put("content", content)
        .put("single_word", singleWord)
        .put("lstrip", stripLeft)
        .put("rstrip", stripRight)
        .put("normalized", normalized)
        .put("special", special);
  }
}
