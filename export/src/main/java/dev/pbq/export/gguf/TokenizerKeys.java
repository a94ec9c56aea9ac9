package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.Surroundings;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.data.Tokenizers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The keys of a file's tokenizer. */
final class TokenizerKeys {
  private TokenizerKeys() {}

  /**
   * Puts the tokenizer of a folder.
   *
   * @param size ids of the model: rows of its embedding
   * @param pre the splitting rule that the user names
   * @return what a user should know
   */
  static List<String> put(Metadata metadata, Path folder, int size, Optional<String> pre) {
    TokenizerFiles files = new TokenizerFiles(folder);
    Vocabulary vocabulary = new Vocabularies(files, size, pre).read();
    metadata.putString("tokenizer.ggml.model", vocabulary.model());
    metadata.putString("tokenizer.ggml.pre", vocabulary.pre());
    metadata.putStrings("tokenizer.ggml.tokens", vocabulary.tokens());
    if (!vocabulary.scores().isEmpty()) {
      metadata.putFloats("tokenizer.ggml.scores", vocabulary.scores());
    }
    metadata.putInts("tokenizer.ggml.token_type", vocabulary.types());
    if (!vocabulary.merges().isEmpty()) {
      metadata.putStrings("tokenizer.ggml.merges", vocabulary.merges());
    }
    putId(metadata, "unknown", vocabulary.unknown());
    putId(
        metadata,
        "padding",
        files.special("pad").map(vocabulary::id).orElseGet(OptionalInt::empty));
    try (Tokenizer tokenizer = Tokenizers.open(folder)) {
      putId(metadata, "bos", tokenizer.bosTokenId());
      putId(metadata, "eos", tokenizer.eosTokenId());
      // What the model was evaluated with, rather than what one of several files says.
      Surroundings around = tokenizer.surroundings();
      metadata.putFlag("tokenizer.ggml.add_bos_token", around.beginsWith(tokenizer.bosTokenId()));
      metadata.putFlag("tokenizer.ggml.add_eos_token", around.endsWith(tokenizer.eosTokenId()));
    }
    vocabulary
        .spacePrefix()
        .ifPresent(prefix -> metadata.putFlag("tokenizer.ggml.add_space_prefix", prefix));
    files
        .chatTemplate()
        .ifPresent(template -> metadata.putString("tokenizer.chat_template", template));
    return vocabulary.notes();
  }

  private static void putId(Metadata metadata, String which, OptionalInt id) {
    if (id.isPresent()) {
      if (id.getAsInt() < 0) {
        throw PbqException.badData("token id " + id.getAsInt() + " of " + which);
      }
      metadata.putCount("tokenizer.ggml." + which + "_token_id", id.getAsInt());
    }
  }
}
