package dev.pbq.export.gguf.token;

import dev.pbq.export.gguf.file.GgufMetadata;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokens of a file and what is said of them.
 *
 * @param texts by id
 * @param types by id, numbered as in SentencePiece
 * @param metadata for everything else
 */
record StoredTokens(List<String> texts, List<Integer> types, GgufMetadata metadata) {
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;
  static final int BYTE = 6;

  private static final String PREFIX = "tokenizer.ggml.";

  /**
   * Reads them.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if there are none, or lists differ in length
   */
  static StoredTokens read(GgufMetadata metadata) {
    List<String> texts = metadata.texts(PREFIX + "tokens");
    if (texts.isEmpty()) {
      throw metadata.bad("key " + PREFIX + "tokens is missing or empty");
    }
    List<Integer> types = metadata.integers(PREFIX + "token_type");
    if (types.isEmpty()) {
      types = texts.stream().map(text -> NORMAL).toList();
    }
    if (types.size() != texts.size()) {
      throw metadata.bad(
          "there are " + texts.size() + " tokens, but " + types.size() + " types of tokens");
    }
    return new StoredTokens(texts, types, metadata);
  }

  int size() {
    return texts.size();
  }

  /**
   * The id of a token with a name: {@code bos eos unknown padding}.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if there is no such token
   */
  OptionalInt named(String name) {
    String key = PREFIX + name + "_token_id";
    OptionalInt id = metadata.id(key);
    if (id.isPresent() && id.getAsInt() >= size()) {
      throw metadata.bad("key " + key + " is " + id.getAsInt() + " of " + size() + " tokens");
    }
    return id;
  }

  Optional<Boolean> flag(String name) {
    return metadata.flag(PREFIX + name);
  }

  Optional<String> text(String name) {
    return metadata.text(PREFIX + name);
  }
}
