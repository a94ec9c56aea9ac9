package dev.pbq.export.gguf.token;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.JsonFiles;
import dev.pbq.core.checkpoint.ModelFileFormat;
import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.file.GgufMetadata;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes the tokenizer of a GGUF file as the files of a Hugging Face folder. */
public final class TokenizerParts {
  private static final String SENTENCE_PIECE = "llama";
  private static final String BYTE_LEVEL = "gpt2";
  private static final String NO_TOKENIZER = "no_vocab";

  private TokenizerParts() {}

  /**
   * Writes tokenizer.model or tokenizer.json, tokenizer_config.json and the chat template; or, for
   * a tokenizer that cannot be made exactly, why.
   *
   * @param modelType {@code model_type} of the model
   * @param folder gets the files
   * @throws dev.pbq.core.PbqException BAD_DATA naming the key that is damaged
   */
  public static void write(GgufMetadata metadata, String modelType, Path folder) {
    metadata
        .text("tokenizer.chat_template")
        .ifPresent(text -> write(folder.resolve("chat_template.jinja"), text));
    String model = metadata.text("tokenizer.ggml.model").orElse(NO_TOKENIZER);
    String pre = metadata.text("tokenizer.ggml.pre").orElse("default");
    Map<String, SplitRules.Rule> rules = SplitRules.all();
    if (model.equals(SENTENCE_PIECE)) {
      StoredTokens tokens = StoredTokens.read(metadata);
      AtomicFile.write(
          folder.resolve("tokenizer.model"), SentencePieceParts.tokenizerModel(tokens));
      String name = modelType.startsWith("gemma") ? "GemmaTokenizer" : "LlamaTokenizer";
      write(tokens, name, true, folder);
    } else if (model.equals(BYTE_LEVEL) && rules.containsKey(pre)) {
      StoredTokens tokens = StoredTokens.read(metadata);
      SplitRules.Rule rule = rules.get(pre);
      JsonFiles.write(folder.resolve("tokenizer.json"), ByteLevelParts.tokenizerJson(tokens, rule));
      write(tokens, rule.nfc() ? "Qwen2Tokenizer" : "GPT2Tokenizer", rule.bos(), folder);
    } else {
      String reason =
          model.equals(NO_TOKENIZER)
              ? "holds no tokenizer"
              : model.equals(BYTE_LEVEL)
                  ? "splits texts by the rule '"
                      + pre
                      + "' (tokenizer.ggml.pre), and pbq knows "
                      + String.join(" ", rules.keySet())
                  : "has a tokenizer of kind '" + model + "', and pbq knows llama and gpt2";
      write(
          folder.resolve(ModelFileFormat.TOKENIZER_REFUSED),
          metadata.bad(GgufFile.printable(reason)).getMessage());
    }
  }

  private static void write(StoredTokens tokens, String name, boolean bos, Path folder) {
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("tokenizer_class", name);
    putToken(tokens, "bos", "bos_token", config);
    putToken(tokens, "eos", "eos_token", config);
    putToken(tokens, "unknown", "unk_token", config);
    putToken(tokens, "padding", "pad_token", config);
    Optional<Boolean> stated = tokens.flag("add_bos_token");
    boolean has = tokens.named("bos").isPresent();
    config.put("add_bos_token", stated.orElse(bos && has));
    config.put("add_eos_token", tokens.flag("add_eos_token").orElse(false));
    JsonFiles.write(folder.resolve("tokenizer_config.json"), config);
  }

  private static void putToken(StoredTokens tokens, String name, String key, ObjectNode config) {
    OptionalInt id = tokens.named(name);
    if (id.isPresent()) {
      config.put(key, tokens.texts().get(id.getAsInt()));
    } else {
      config.putNull(key);
    }
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
