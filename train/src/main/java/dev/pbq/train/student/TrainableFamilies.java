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

  private TrainableFamilies() {}

  /**
   * Refuses a model of another family.
   *
   * @param config the model's {@code config.json}
   * @param where names it in the message
   * @throws PbqException USAGE
   */
  public static void require(JsonNode config, String where) {
    String type = config.path("model_type").asText("");
    if (!CHECKED.contains(type)) {
      throw PbqException.usage(
          "%s: models of type '%s' can be quantized, but not trained or tuned; of type %s they can"
              .formatted(where, type, String.join(", ", CHECKED)));
    }
  }
}
