package dev.pbq.core.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tokenizer.json with the ids that Hugging Face's native library gives its tokens. The library
 * keeps the ids of the vocabulary, but numbers added tokens outside of it anew, in the order of the
 * file (crate tokenizers, {@code AddedVocabulary::add_tokens}), whatever ids the file says.
 */
final class TokenizerJson {
  private static final Logger log = LoggerFactory.getLogger(TokenizerJson.class);

  /** Escapes, so that a lone surrogate reaches the library as one and is refused there. */
  private static final ObjectWriter WRITER =
      new ObjectMapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private final Path file;
  private final ObjectNode root;
  private final Map<String, Integer> model;
  private final List<AddedToken> added = new ArrayList<>();
  private final Map<String, Integer> ids;

  private TokenizerJson(Path file, ObjectNode root, TokenizerFacts facts) {
    this.file = file;
    this.root = root;
    this.model = modelVocabulary();
    addTokensOf(facts);
    for (JsonNode token : root.path("added_tokens")) {
      added.add(AddedToken.of(token, token.path("id").asInt(-1)));
    }
    this.ids = number(added);
    if (ids.isEmpty()) {
      throw PbqException.badData(file + ": no vocabulary in it (field model.vocab)");
    }
  }

  /**
   * Adds what the side files know of added tokens, as transformers does: tokens that are missing
   * here, and that a token is special; what is special here stays so.
   */
  private void addTokensOf(TokenizerFacts facts) {
    Map<String, ObjectNode> known = new HashMap<>();
    for (JsonNode token : root.path("added_tokens")) {
      if (token instanceof ObjectNode entry) {
        known.put(entry.path("content").asText(), entry);
      }
    }
    ArrayNode list =
        root.get("added_tokens") instanceof ArrayNode array ? array : root.putArray("added_tokens");
    for (AddedToken token : facts.addedTokens()) {
      if (!known.containsKey(token.content())) {
        ObjectNode entry = list.addObject();
        token.put(entry);
        known.put(token.content(), entry);
      } else if (token.special()) {
        known.get(token.content()).put("special", true);
      }
    }
    for (String text : facts.specialTexts().stream().sorted().toList()) {
      if (known.containsKey(text)) {
        known.get(text).put("special", true);
      } else if (model.containsKey(text)) {
        AddedToken.special(text, model.get(text)).put(list.addObject());
      }
    }
  }

  /**
   * Reads one.
   *
   * @param file named in errors
   * @param facts of its folder
   * @throws PbqException BAD_DATA if it is no JSON object with a vocabulary
   */
  static TokenizerJson read(Path file, byte[] json, TokenizerFacts facts) {
    if (!(JsonInput.parse(file, json) instanceof ObjectNode root)) {
      throw PbqException.badData(file + ": not a JSON object");
    }
    TokenizerChecks.require(file, root);
    root.putNull("truncation").putNull("padding");
    return new TokenizerJson(file, root, facts);
  }

  private Map<String, Integer> modelVocabulary() {
    JsonNode entries = root.path("model").path("vocab");
    Map<String, Integer> vocabulary = new HashMap<>();
    if (entries.isObject()) {
      entries.properties().forEach(e -> vocabulary.put(e.getKey(), e.getValue().asInt()));
    } else {
      for (int id = 0; id < entries.size(); id++) { // Unigram: [[piece, score], ...]
        vocabulary.put(entries.get(id).path(0).asText(), id);
      }
    }
    return vocabulary;
  }

  /** The ids that the library gives if these are the added tokens. */
  private Map<String, Integer> number(List<AddedToken> tokens) {
    Map<String, Integer> all = new HashMap<>(model);
    int count = root.path("model").path("vocab").size();
    int highest = -1;
    for (AddedToken token : tokens) {
      if (token.content().isEmpty()) {
        continue;
      }
      Integer known = all.get(token.content());
      int id = known != null ? known : Math.max(count, highest + 1);
      all.put(token.content(), id);
      highest = Math.max(highest, id);
    }
    return all;
  }

  /** Warns if added tokens have other ids in the file than texts get. */
  void tellRenumbered() {
    List<AddedToken> renumbered =
        added.stream().filter(t -> id(t.content()).orElse(t.id()) != t.id()).toList();
    if (!renumbered.isEmpty()) {
      AddedToken first = renumbered.get(0);
      log.warn(
          "{}: added token \"{}\" has id {} there, but {} in the library that runs it, which"
              + " counts, as in transformers ({} such tokens)",
          file,
          first.content(),
          first.id(),
          id(first.content()).orElseThrow(),
          renumbered.size());
    }
  }

  /** The id of a token's text. */
  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Every token, by id; of several with one id an added one. */
  Map<Integer, String> tokens() {
    Map<Integer, String> tokens = new HashMap<>();
    model.forEach((text, id) -> tokens.put(id, text));
    added.forEach(token -> id(token.content()).ifPresent(id -> tokens.put(id, token.content())));
    return tokens;
  }

  /** The special tokens. */
  List<String> specials() {
    return added.stream().filter(AddedToken::special).map(AddedToken::content).toList();
  }

  /** How long texts may be cut. */
  SafeCuts cuts() {
    return SafeCuts.of(root);
  }

  /** The section {@code post_processor}. */
  JsonNode postProcessor() {
    return root.path("post_processor");
  }

  /**
   * The file as the library reads it: without truncation and padding, and without the
   * post-processor, which is not asked of it.
   */
  byte[] bytes() {
    return bytes(withoutPostProcessor());
  }

  private ObjectNode withoutPostProcessor() {
    ObjectNode copy = root.objectNode();
    copy.setAll(root);
    return copy.putNull("post_processor");
  }

  /** The same without special tokens, so that one written out in a text is text. */
  byte[] bytesWithoutSpecials() {
    ObjectNode copy = withoutPostProcessor();
    ArrayNode kept = copy.putArray("added_tokens");
    for (JsonNode token : root.path("added_tokens")) {
      if (!token.path("special").asBoolean()) {
        kept.add(token);
      }
    }
    return bytes(copy);
  }

  /**
   * From the ids that the library gives after {@link #bytesWithoutSpecials} to those of the whole
   * file, where they differ.
   *
   * @throws PbqException BAD_DATA if one id would mean two tokens
   */
  Map<Integer, Integer> renumbering() {
    Map<Integer, Integer> renumbering = new HashMap<>();
    List<AddedToken> kept = added.stream().filter(Predicate.not(AddedToken::special)).toList();
    Map<String, Integer> other = number(kept);
    for (AddedToken token : kept) {
      Integer from = other.get(token.content());
      Integer to = ids.get(token.content());
      if (from != null && !from.equals(to)) {
        if (model.containsValue(from)) {
          throw PbqException.badData(
              "%s: added token \"%s\" shares id %d with a token of the vocabulary"
                  .formatted(file, token.content(), from));
        }
        renumbering.put(from, to);
      }
    }
    return renumbering;
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return WRITER.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not representable as JSON", e);
    }
  }
}
