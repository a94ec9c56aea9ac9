package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pbq.core.Contradiction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the side files of a Hugging Face folder (tokenizer_config.json, special_tokens_map.json,
 * added_tokens.json, config.json, generation_config.json) say about its tokenizer. It is the one
 * reader of these facts: encoding, chat templates and exports ask it. Every file may be absent.
 *
 * @param folder the folder
 * @param className {@code tokenizer_class} as written; "" if not given
 * @param kind the rule that the class stands for
 * @param modelType {@code model_type} of config.json; "" if not given
 * @param flags habits that are stated
 * @param specialTokens the tokens named bos, eos, unk, pad, cls, sep and mask, by those names;
 *     where the files do not mention one, the class's own
 * @param specialTexts the texts of all tokens that some file calls special: the named ones, {@code
 *     additional_special_tokens} and {@code extra_special_tokens}
 * @param addedTokens tokens beside the vocabulary, in order of their ids
 * @param bosId {@code bos_token_id} of config.json, else of generation_config.json
 * @param eosId {@code eos_token_id}, likewise; of several the first
 * @param chatTemplates Jinja templates by name: chat_template.jinja and those of folder
 *     additional_chat_templates, else {@code chat_template} of tokenizer_config.json; the usual one
 *     is called default
 */
public record TokenizerFacts(
    Path folder,
    String className,
    TokenizerClass kind,
    String modelType,
    TokenizerFlags flags,
    Map<String, String> specialTokens,
    Set<String> specialTexts,
    List<AddedToken> addedTokens,
    OptionalInt bosId,
    OptionalInt eosId,
    Map<String, String> chatTemplates) {

  private static final Logger log = LoggerFactory.getLogger(TokenizerFacts.class);

  static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  static final String SPECIAL_TOKENS_MAP = "special_tokens_map.json";
  static final String ADDED_TOKENS = "added_tokens.json";

  private static final List<String> NAMES =
      List.of("bos", "eos", "unk", "pad", "cls", "sep", "mask");

  public TokenizerFacts {
    specialTokens = Map.copyOf(specialTokens);
    specialTexts = Set.copyOf(specialTexts);
    addedTokens = List.copyOf(addedTokens);
    chatTemplates = Map.copyOf(chatTemplates);
  }

  /**
   * Reads the side files of a folder.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if one of them is not JSON
   */
  public static TokenizerFacts read(Path folder) {
    JsonNode config = json(folder, TOKENIZER_CONFIG);
    JsonNode model = again(folder, "config.json");
    JsonNode generation = again(folder, "generation_config.json");
    String className = config.path("tokenizer_class").asText("");
    String stated = model.path("model_type").asText("");
    // OneBit's program has a copy of Llama's code under a name of its own.
    String modelType = stated.equals("bitllama") ? "llama" : stated;
    TokenizerClass kind = TokenizerClass.of(className, modelType);
    JsonNode specialMap = json(folder, SPECIAL_TOKENS_MAP);
    Map<String, String> special = specials(folder, config, specialMap, kind);
    Set<String> texts = new LinkedHashSet<>(special.values());
    for (String list : List.of("additional_special_tokens", "extra_special_tokens")) {
      config.path(list).forEach(token -> content(token).ifPresent(texts::add));
      specialMap.path(list).forEach(token -> content(token).ifPresent(texts::add));
    }
    return new TokenizerFacts(
        folder,
        className,
        kind,
        modelType,
        TokenizerFlags.of(config),
        special,
        texts,
        added(config, json(folder, ADDED_TOKENS), texts),
        firstId(model, generation, "bos_token_id"),
        firstId(model, generation, "eos_token_id"),
        ChatTemplateFiles.read(folder, config.path("chat_template")));
  }

  /**
   * As in transformers, special_tokens_map.json goes before tokenizer_config.json, unless the
   * latter lists all added tokens, as newer ones do.
   */
  private static Map<String, String> specials(
      Path folder, JsonNode config, JsonNode specialMap, TokenizerClass kind) {
    boolean mapFirst = !config.has("added_tokens_decoder");
    Map<String, String> special = new LinkedHashMap<>();
    for (String name : NAMES) {
      String key = name + "_token";
      Optional<String> inConfig = content(config.path(key));
      Optional<String> inMap = content(specialMap.path(key));
      if (inConfig.isPresent() && inMap.isPresent() && !inConfig.equals(inMap)) {
        Contradiction token =
            new Contradiction(
                key,
                '"' + (mapFirst ? inMap : inConfig).get() + '"',
                mapFirst ? SPECIAL_TOKENS_MAP : TOKENIZER_CONFIG,
                '"' + (mapFirst ? inConfig : inMap).get() + '"',
                mapFirst ? TOKENIZER_CONFIG : SPECIAL_TOKENS_MAP);
        log.warn("{}: {}", folder, token.sentence());
      }
      (mapFirst ? inMap : inConfig)
          .or(() -> mapFirst ? inConfig : inMap)
          .or(
              () ->
                  config.has(key) || specialMap.has(key)
                      ? Optional.empty()
                      : Optional.ofNullable(kind.defaultTokens().get(name)))
          .ifPresent(token -> special.put(name, token));
    }
    return special;
  }

  /**
   * Tokens of added_tokens.json count as special only where they have a special token's name; those
   * of {@code added_tokens_decoder} say it themselves.
   */
  private static List<AddedToken> added(
      JsonNode config, JsonNode added, Collection<String> special) {
    Map<Integer, AddedToken> byId = new TreeMap<>();
    for (Map.Entry<String, JsonNode> e : added.properties()) {
      int id = e.getValue().asInt(-1);
      boolean isSpecial = special.contains(e.getKey());
      byId.put(id, new AddedToken(e.getKey(), id, isSpecial, false, false, !isSpecial, false));
    }
    for (Map.Entry<String, JsonNode> e : config.path("added_tokens_decoder").properties()) {
      if (e.getKey().matches("\\d{1,9}") && !e.getValue().path("content").asText("").isEmpty()) {
        int id = Integer.parseInt(e.getKey());
        byId.put(id, AddedToken.of(e.getValue(), id));
      }
    }
    byId.keySet().removeIf(id -> id < 0);
    return List.copyOf(byId.values());
  }

  /** {@code tokenizer_class} in lower case and without "Fast". */
  private String plainClass() {
    return className.toLowerCase(Locale.ROOT).replace("fast", "");
  }

  /** Whether the tokenizer's class is one of those that put a BOS in front unless told not to. */
  boolean isLlamaClass() {
    return plainClass().contains("llama") || plainClass().startsWith("gemma");
  }

  private static OptionalInt firstId(JsonNode model, JsonNode generation, String name) {
    OptionalInt id = firstId(model.path(name));
    return id.isPresent() ? id : firstId(generation.path(name));
  }

  private static OptionalInt firstId(JsonNode node) {
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

  private static JsonNode again(Path folder, String name) {
    Path file = folder.resolve(name);
    return Files.isRegularFile(file)
        ? JsonInput.readAgain(file)
        : JsonNodeFactory.instance.objectNode();
  }

  private static JsonNode json(Path folder, String name) {
    Path file = folder.resolve(name);
    return Files.isRegularFile(file) ? JsonInput.read(file) : JsonNodeFactory.instance.objectNode();
  }
}
