package dev.pbq.train.student;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.Architectures;
import java.util.List;

/**
 * The families of models whose gradients are checked against central differences: every decoder,
 * and some classifiers. Models of whole texts (BERT and its like) have no next token to be trained
 * on.
 */
public final class TrainableFamilies {
  private static final List<String> ENCODERS = List.of("bert", "roberta", "distilbert");
  private static final List<String> CLASSIFIERS = List.of("bert", "opt");

  private TrainableFamilies() {}

  /** The values of {@code model_type} that can be trained. */
  public static List<String> all() {
    return Architectures.supported().stream().filter(type -> !ENCODERS.contains(type)).toList();
  }

  /**
   * Refuses a model of another family. One that pbq does not know at all is for others to refuse.
   *
   * @param config the model's {@code config.json}
   * @param where names it in the message
   * @throws PbqException USAGE
   */
  public static void require(JsonNode config, String where) {
    String type = config.path("model_type").asText("");
    if (ENCODERS.contains(type)) {
      throw PbqException.usage(
          "%s: models of type '%s' have no next token to be trained on: they can be quantized, but"
                  .formatted(where, type)
              + " not trained or tuned");
    }
  }

  /**
   * Refuses a classifier of another family than those whose gradients are checked.
   *
   * @param config the model's {@code config.json}
   * @param where names it in the message
   * @throws PbqException USAGE
   */
  public static void requireClassifier(JsonNode config, String where) {
    String type = config.path("model_type").asText("");
    if (!CLASSIFIERS.contains(type)) {
      throw PbqException.usage(
          "%s: classifiers of type '%s' can be quantized, but not trained; of type %s they can"
              .formatted(where, type, String.join(", ", CLASSIFIERS)));
    }
  }
}
