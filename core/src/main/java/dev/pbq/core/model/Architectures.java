package dev.pbq.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The architectures that pbq can run: a table of families. */
public final class Architectures {
  private static final List<Family> FAMILIES =
      List.of(
          new Family(
              List.of("opt"),
              OptLayout.OUTER,
              OptLayout.BLOCK,
              (type, keys, limits) ->
                  OptClassifier.isDescribedBy(keys)
                      ? new OptClassifier(OptConfig.of(keys), BertConfig.labels(keys), limits)
                      : new OptModel(OptConfig.of(keys), limits)),
          new Family(
              List.of("bert"),
              BertLayout.OUTER,
              BertLayout.BLOCK,
              (type, keys, limits) -> new BertModel(BertConfig.of(keys), limits)),
          new Family(
              List.of("roberta"),
              EncoderNames.ROBERTA.outer(),
              EncoderNames.ROBERTA.block(),
              (type, keys, limits) -> new BertModel(BertConfig.roberta(keys), limits)),
          new Family(
              List.of("distilbert"),
              EncoderNames.DISTILBERT.outer(),
              EncoderNames.DISTILBERT.block(),
              (type, keys, limits) -> new BertModel(BertConfig.distilbert(keys), limits)));

  /** Families of decoders whose linears have the names of Llama's, whatever else differs. */
  private static final Set<String> LLAMA_NAMES = Set.of("llama", "mistral", "qwen2");

  private static final List<String> SUPPORTED =
      Stream.of(
              Families.DECODERS.keySet().stream(),
              FAMILIES.stream().flatMap(family -> family.modelTypes().stream()),
              Families.OUTER.keySet().stream().sorted())
          .flatMap(types -> types)
          .toList();

  private Architectures() {}

  /**
   * Models that share their names and their code.
   *
   * @param modelTypes the values of {@code model_type} that belong to it
   * @param outer names outside of the blocks
   * @param block the description of a block
   * @param maker makes a model of a configuration
   */
  private record Family(
      List<String> modelTypes, OuterNames outer, BlockLayout block, ModelMaker maker) {}

  /** Makes a model of a family from a configuration. */
  @FunctionalInterface
  private interface ModelMaker {
    TransformerModel make(String modelType, ConfigKeys keys, Limits limits);
  }

  private static Optional<Family> family(String modelType) {
    return FAMILIES.stream().filter(f -> f.modelTypes().contains(modelType)).findFirst();
  }

  /** The values of {@code model_type} that are supported. */
  public static List<String> supported() {
    return SUPPORTED;
  }

  /**
   * The names of a family's linears inside a block, by role and in the order of roles, e.g. {@code
   * self_attn.q_proj}; empty if {@code model_type} is not supported, or its blocks have other
   * operations than those of Llama, OPT and BERT.
   */
  public static Optional<Map<Role, String>> linearPaths(String modelType) {
    return LLAMA_NAMES.contains(modelType)
        ? Optional.of(LlamaLayout.BLOCK.paths())
        : family(modelType).map(family -> family.block().paths());
  }

  /**
   * The pairs of weights that may be one tensor in some family: full names of the token embedding
   * and of the head that is tied to it.
   */
  public static Map<String, String> tiedWeights() {
    Map<String, String> headOf = new LinkedHashMap<>();
    Stream.concat(
            Stream.of(
                LlamaLayout.OUTER,
                GptFamilies.GPT2_NAMES,
                GptFamilies.BLOOM_NAMES,
                GptFamilies.NEOX_NAMES,
                LlamaLayout.OUTER.within(Families.TEXT_PREFIX)),
            FAMILIES.stream().map(Family::outer))
        .filter(OuterNames::headMayBeTied)
        .forEach(o -> headOf.put(o.embedding() + ".weight", o.head() + ".weight"));
    return Collections.unmodifiableMap(headOf);
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
   * The classifier of whole texts that a {@code config.json} describes.
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
    PartCounts.require(config, where);
    ConfigKeys keys = new ConfigKeys(config, where);
    String type =
        keys.text("model_type")
            .orElseThrow(() -> PbqException.badData(where + ": model_type is missing"));
    Optional<DecoderSpec> decoder =
        Families.describe(type, keys).or(() -> Families.describeNested(type, keys));
    if (decoder.isPresent()) {
      return new DecoderModel(decoder.get(), limits);
    }
    return family(type)
        .orElseThrow(() -> unknown(type, keys, where))
        .maker()
        .make(type, keys, limits);
  }

  private static PbqException unknown(String type, ConfigKeys keys, String where) {
    return PbqException.badData(
        where
            + ": model_type \""
            + type
            + "\" is not supported"
            + (keys.has("text_config") ? ", nor is its text part alone" : "")
            + " (nearest: "
            + NearestName.of(type, SUPPORTED)
            + "; supported: "
            + String.join(", ", SUPPORTED)
            + ")");
  }
}
