package dev.pbq.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.util.List;

/** The architectures that pbq can run. */
public final class Architectures {
  private static final List<String> SUPPORTED = List.of("llama", "mistral", "qwen2", "opt", "bert");

  private Architectures() {}

  /** The values of {@code model_type} that are supported. */
  public static List<String> supported() {
    return SUPPORTED;
  }

  /**
   * The causal model that a {@code config.json} describes.
   *
   * @param where the file's name, for messages
   * @throws PbqException BAD_DATA if the architecture or a setting is not supported, or settings
   *     are missing or contradict each other; USAGE if it is no causal model
   */
  public static CausalModel of(JsonNode config, String where) {
    return of(config, where, Limits.DEFAULT);
  }

  static CausalModel of(JsonNode config, String where, Limits limits) {
    TransformerModel model = any(config, where, limits);
    if (model instanceof CausalModel causal) {
      return causal;
    }
    throw PbqException.usage(
        where
            + ": "
            + model.architecture()
            + " models classify whole texts and predict no next token, so that they have no"
            + " perplexity");
  }

  /**
   * The encoder with a classifier that a {@code config.json} describes.
   *
   * @param where the file's name, for messages
   * @throws PbqException as {@link #of(JsonNode, String)}; USAGE if it is no classifier
   */
  public static EncoderClassifier classifier(JsonNode config, String where) {
    return classifier(config, where, Limits.DEFAULT);
  }

  static EncoderClassifier classifier(JsonNode config, String where, Limits limits) {
    TransformerModel model = any(config, where, limits);
    if (model instanceof EncoderClassifier classifier) {
      return classifier;
    }
    throw PbqException.usage(
        where
            + ": "
            + model.architecture()
            + " models predict next tokens and have no classifier for whole texts");
  }

  /**
   * The model that a {@code config.json} describes, whatever it is for.
   *
   * @param where the file's name, for messages
   * @throws PbqException BAD_DATA as {@link #of(JsonNode, String)}
   */
  public static TransformerModel any(JsonNode config, String where) {
    return any(config, where, Limits.DEFAULT);
  }

  private static TransformerModel any(JsonNode config, String where, Limits limits) {
    if (!config.isObject()) {
      throw PbqException.badData(where + ": not a JSON object");
    }
    ConfigKeys keys = new ConfigKeys(config, where);
    String type =
        keys.text("model_type")
            .orElseThrow(() -> PbqException.badData(where + ": model_type is missing"));
    return switch (type) {
      case "llama", "mistral", "qwen2" -> new LlamaModel(LlamaConfig.of(type, keys), limits);
      case "opt" -> new OptModel(OptConfig.of(keys), limits);
      case "bert" -> new BertModel(BertConfig.of(keys), limits);
      default -> throw keys.unsupported("model_type", '"' + type + '"', SUPPORTED);
    };
  }
}
