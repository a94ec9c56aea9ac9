package dev.pbq.train.student;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.util.List;

/**
 * The families of models whose gradients are checked. Others run, but their parts (mixtures of
 * experts, shared latents, weights in stacks) are not tried under recording: a wrong gradient would
 * show in nothing but a bad result.
 */
public final class TrainableFamilies {
  private static final List<String> CHECKED = List.of("llama", "mistral", "qwen2", "opt");

  private static final List<String> CLASSIFIERS = List.of("bert", "opt");

  private TrainableFamilies() {}

  /**
   * Refuses a model of another family.
   *
   * @param config the model's {@code config.json}
   * @param where names it in the message
   * @throws PbqException USAGE
   */
  public static void require(JsonNode config, String where) {
    require(
        CHECKED, config, where, "models of type '%s' can be quantized, but not trained or tuned");
  }

  /**
   * Refuses a classifier of another family than those whose gradients are checked.
   *
   * @param config the model's {@code config.json}
   * @param where names it in the message
   * @throws PbqException USAGE
   */
  public static void requireClassifier(JsonNode config, String where) {
    require(
        CLASSIFIERS, config, where, "classifiers of type '%s' can be quantized, but not trained");
  }

  private static void require(List<String> checked, JsonNode config, String where, String what) {
    String type = config.path("model_type").asText("");
    if (!checked.contains(type)) {
      throw PbqException.usage(
          where
              + ": "
              + what.formatted(type)
              + "; of type "
              + String.join(", ", checked)
              + " they can");
    }
  }
}
