package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the side files of a Hugging Face folder (tokenizer_config.json, special_tokens_map.json,
 * added_tokens.json, config.json) say about its tokenizer. Every one of them may be absent.
 *
 * @param folder the folder
 * @param tokenizerClass {@code tokenizer_class}, lower case, without "Fast"; "" if not given
 * @param modelType {@code model_type} of config.json; "" if not given
 * @param addBos {@code add_bos_token}, if given
 * @param specialTokens the tokens named bos, eos, unk, pad, cls, sep and mask, by those names
 * @param addedTokens tokens beside the vocabulary, with their ids
 * @param addPrefixSpace {@code add_prefix_space}
 * @param bosId {@code bos_token_id} of config.json
 * @param eosId {@code eos_token_id} of config.json
 */
record TokenizerSettings(
    Path folder,
    String tokenizerClass,
    String modelType,
    Optional<Boolean> addBos,
    Map<String, String> specialTokens,
    Map<String, Integer> addedTokens,
    boolean addPrefixSpace,
    OptionalInt bosId,
    OptionalInt eosId) {

  static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  static final String SPECIAL_TOKENS_MAP = "special_tokens_map.json";
  static final String ADDED_TOKENS = "added_tokens.json";

  TokenizerSettings {
    specialTokens = Map.copyOf(specialTokens);
    addedTokens = Map.copyOf(addedTokens);
  }

  /**
   * @throws PbqException BAD_DATA if one of the files is not JSON
   */
  static TokenizerSettings read(Path folder) {
    ObjectMapper json = new ObjectMapper();
    JsonNode config = config(json, folder);
    JsonNode specialMap = readJson(json, folder.resolve(SPECIAL_TOKENS_MAP));
    JsonNode added = readJson(json, folder.resolve(ADDED_TOKENS));
    JsonNode model = readJson(json, folder.resolve("config.json"));
    Map<String, String> special = new LinkedHashMap<>();
    for (String name : new String[] {"bos", "eos", "unk", "pad", "cls", "sep", "mask"}) {
      content(config.path(name + "_token"))
          .or(() -> content(specialMap.path(name + "_token")))
          .ifPresent(token -> special.put(name, token));
    }
    Map<String, Integer> addedTokens = new LinkedHashMap<>();
    added.properties().forEach(e -> addedTokens.put(e.getKey(), e.getValue().asInt()));
    config
        .path("added_tokens_decoder")
        .properties()
        .forEach(e -> content(e.getValue()).ifPresent(t -> addedTokens.put(t, id(e.getKey()))));
    addedTokens.values().removeIf(id -> id < 0);
    return new TokenizerSettings(
        folder,
        config.path("tokenizer_class").asText("").toLowerCase(Locale.ROOT).replace("fast", ""),
        model.path("model_type").asText(""),
        config.path("add_bos_token").isBoolean()
            ? Optional.of(config.path("add_bos_token").booleanValue())
            : Optional.empty(),
        special,
        addedTokens,
        config.path("add_prefix_space").asBoolean(false),
        optionalId(model.path("bos_token_id")),
        optionalId(model.path("eos_token_id")));
  }

  /** Whether the tokenizer's class is one of those that put a BOS in front unless told not to. */
  boolean isLlamaClass() {
    return tokenizerClass.contains("llama") || tokenizerClass.startsWith("gemma");
  }

  /**
   * Whether the class builds its special tokens from {@code add_bos_token}, whatever the
   * post-processor in tokenizer.json says.
   */
  boolean obeysAddBos() {
    return isLlamaClass() || tokenizerClass.equals("gpt2tokenizer");
  }

  private static int id(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static OptionalInt optionalId(JsonNode node) {
    JsonNode first = node.isArray() && !node.isEmpty() ? node.get(0) : node;
    return first.isInt() && first.intValue() >= 0
        ? OptionalInt.of(first.intValue())
        : OptionalInt.empty();
  }

  /** A token is written as a string or as an object with a field "content"; "" means none. */
  private static Optional<String> content(JsonNode token) {
    String text = token.isObject() ? token.path("content").asText("") : token.asText("");
    return text.isEmpty() || token.isNull() ? Optional.empty() : Optional.of(text);
  }

  /** A folder's tokenizer_config.json; an empty object where there is none. */
  static JsonNode config(ObjectMapper json, Path folder) {
    return readJson(json, folder.resolve(TOKENIZER_CONFIG));
  }

  private static JsonNode readJson(ObjectMapper json, Path file) {
    if (!Files.isRegularFile(file)) {
      return json.createObjectNode();
    }
    try {
      return json.readTree(file.toFile());
    } catch (IOException e) {
      throw PbqException.badData(file + ": not readable as JSON: " + Messages.of(e), e);
    }
  }
}
