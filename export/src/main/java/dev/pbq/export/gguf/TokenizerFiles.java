package dev.pbq.export.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tokenizer's data in the files of a Hugging Face folder. */
final class TokenizerFiles {
  static final String JSON = "tokenizer.json";
  static final String MODEL = "tokenizer.model";
  static final String VOCABULARY = "vocab.json";
  static final String MERGES = "merges.txt";

  private final Path folder;
  private final JsonNode config;
  private final JsonNode specialMap;

  TokenizerFiles(Path folder) {
    this.folder = folder;
    this.config = json("tokenizer_config.json");
    this.specialMap = json("special_tokens_map.json");
  }

  Path folder() {
    return folder;
  }

  boolean has(String file) {
    return Files.isRegularFile(folder.resolve(file));
  }

  byte[] bytes(String file) {
    try {
      return Files.readAllBytes(folder.resolve(file));
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + folder.resolve(file) + ": " + e.getMessage(), e);
    }
  }

  String text(String file) {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }

  /** A file's JSON; a missing node if there is no such file. */
  JsonNode json(String file) {
    if (!has(file)) {
      return MissingNode.getInstance();
    }
    try {
      return new ObjectMapper().readTree(folder.resolve(file).toFile());
    } catch (IOException e) {
      throw PbqException.badData(folder.resolve(file) + " is not valid JSON", e);
    }
  }

  /** {@code tokenizer_class}, or "". */
  String tokenizerClass() {
    return config.path("tokenizer_class").asText("");
  }

  /** The text of a special token ({@code bos eos unk pad}), if it is named. */
  Optional<String> special(String name) {
    return content(config.path(name + "_token"))
        .or(() -> content(specialMap.path(name + "_token")));
  }

  private static Optional<String> content(JsonNode token) {
    String text = token.isObject() ? token.path("content").asText("") : token.asText("");
    return text.isEmpty() || token.isNull() ? Optional.empty() : Optional.of(text);
  }

  /** All tokens that the side files add, in order of ids. */
  List<AddedToken> added() {
    List<AddedToken> added = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : json("added_tokens.json").properties()) {
      added.add(new AddedToken(e.getValue().asInt(-1), e.getKey(), false));
    }
    for (JsonNode e : json(JSON).path("added_tokens")) {
      added.add(
          new AddedToken(
              e.path("id").asInt(-1), e.path("content").asText(), e.path("special").asBoolean()));
    }
    for (Map.Entry<String, JsonNode> e : config.path("added_tokens_decoder").properties()) {
      if (e.getKey().matches("\\d{1,9}")) {
        added.add(
            new AddedToken(
                Integer.parseInt(e.getKey()),
                e.getValue().path("content").asText(),
                e.getValue().path("special").asBoolean()));
      }
    }
    return added;
  }

  /** The chat template: the default one where several are named. */
  Optional<String> chatTemplate() {
    if (has("chat_template.jinja")) {
      return Optional.of(text("chat_template.jinja"));
    }
    JsonNode template = config.path("chat_template");
    if (template.isTextual()) {
      return Optional.of(template.textValue());
    }
    for (JsonNode named : template) {
      if (named.path("name").asText().equals("default")) {
        return Optional.of(named.path("template").asText());
      }
    }
    return Optional.empty();
  }
}
