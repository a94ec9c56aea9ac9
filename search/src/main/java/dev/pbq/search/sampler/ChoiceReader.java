package dev.pbq.search.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.List;

/** Reads the lists of choices of a space, some of which are Python literals in strings. */
final class ChoiceReader {
  private static final String LITERAL = "!ast!";
  private static final JsonNode NONE = JsonNodeFactory.instance.textNode("NA");

  private ChoiceReader() {}

  /**
   * The choices of one key.
   *
   * @param where section, for messages
   * @throws PbqException USAGE if the leaf is not a list of choices
   */
  static List<JsonNode> of(String where, String key, JsonNode leaf) {
    if (!(leaf instanceof ArrayNode list) || list.isEmpty()) {
      throw PbqException.usage(
          where + " " + key + " is " + leaf + ", not a list of choices such as [6, 5, 4]");
    }
    List<JsonNode> choices = new ArrayList<>();
    for (JsonNode item : list) {
      JsonNode choice = item;
      if (item.isTextual() && item.textValue().startsWith(LITERAL)) {
        try {
          choice = PythonLiteral.parse(item.textValue().substring(LITERAL.length()), NONE);
        } catch (IllegalArgumentException e) {
          throw PbqException.usage(where + " " + key + ": " + e.getMessage());
        }
      }
      if (choice.isObject()) {
        throw PbqException.usage(where + " " + key + " has a choice that is a table: " + choice);
      }
      if (key.endsWith("block_size") && choice.isNumber()) {
        throw PbqException.usage(
            where
                + " "
                + key
                + " is "
                + leaf
                + ", a list of numbers instead of blocks; one block is written [\""
                + LITERAL
                + leaf
                + "\"]");
      }
      if (choices.contains(choice)) {
        throw PbqException.usage(where + " " + key + " has the choice " + choice + " twice");
      }
      choices.add(choice);
    }
    return choices;
  }
}
