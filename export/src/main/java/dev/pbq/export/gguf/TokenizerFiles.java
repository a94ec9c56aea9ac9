package dev.pbq.export.gguf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.TokenizerFacts;
import dev.pbq.core.json.JsonFaults;
import dev.pbq.core.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tokenizer's data in the files of a Hugging Face folder. */
final class TokenizerFiles {
  static final String JSON = "tokenizer.json";
  static final String MODEL = "tokenizer.model";
  static final String VOCABULARY = "vocab.json";
  static final String MERGES = "merges.txt";

  private final Path folder;
  private final TokenizerFacts facts;

  TokenizerFiles(Path folder) {
    this.folder = folder;
    this.facts = TokenizerFacts.read(folder);
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
      return JsonText.parse(text(file));
    } catch (JsonProcessingException e) {
      throw PbqException.badData(
          folder.resolve(file) + " is not valid JSON" + JsonFaults.withPlace(e), e);
    }
  }

  /** {@code tokenizer_class}, or "". */
  String tokenizerClass() {
    return facts.className();
  }

  /** The text of a special token ({@code bos eos unk pad}), if it is named. */
  Optional<String> special(String name) {
    return Optional.ofNullable(facts.specialTokens().get(name));
  }

  /** All tokens that tokenizer.json and the side files add; of two with one id the later counts. */
  List<AddedToken> added() {
    List<AddedToken> added = new ArrayList<>();
    for (JsonNode e : json(JSON).path("added_tokens")) {
      added.add(
          new AddedToken(
              e.path("id").asInt(-1), e.path("content").asText(), e.path("special").asBoolean()));
    }
    facts
        .addedTokens()
        .forEach(token -> added.add(new AddedToken(token.id(), token.content(), token.special())));
    return added;
  }

  /** The chat template: the default one where several are named. */
  Optional<String> chatTemplate() {
    return Optional.ofNullable(facts.chatTemplates().get("default"));
  }
}
