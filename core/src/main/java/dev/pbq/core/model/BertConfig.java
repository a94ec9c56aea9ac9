package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The configuration of a BERT for sequence classification (Devlin et al., 2019), or of a RoBERTa or
 * DistilBERT. Absent keys have Hugging Face's defaults where those are not sizes.
 *
 * @param architecture {@code model_type}
 * @param names of the tensors
 * @param maxPositions rows of the table of positions
 * @param firstPosition row of the first token
 * @param tokenTypes rows of the table of token types, of which texts that are no pairs use the
 *     first
 * @param gelu whether the MLP's activation is gelu (exact), or relu
 * @param labels the labels' names, by the position of their logit
 */
record BertConfig(
    String architecture,
    EncoderNames names,
    int vocabulary,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int maxPositions,
    int firstPosition,
    int tokenTypes,
    double normEpsilon,
    boolean gelu,
    List<String> labels) {
  BertConfig {
    labels = List.copyOf(labels);
  }

  static BertConfig of(ConfigKeys config) {
    requireClass(config, "BertForSequenceClassification");
    return of("bert", config, EncoderNames.BERT, 2, 0);
  }

  /** RoBERTa, whose positions are counted from behind the padding token's id. */
  static BertConfig roberta(ConfigKeys config) {
    requireClass(config, "RobertaForSequenceClassification");
    return of(
        "roberta", config, EncoderNames.ROBERTA, 1, config.nonNegative("pad_token_id", 1) + 1);
  }

  /** DistilBERT, with keys of its own. */
  static BertConfig distilbert(ConfigKeys config) {
    requireClass(config, "DistilBertForSequenceClassification");
    int hidden = config.positive("dim", 768);
    return new BertConfig(
        "distilbert",
        EncoderNames.DISTILBERT,
        config.positive("vocab_size", 30522),
        hidden,
        config.positive("hidden_dim", 4 * 768),
        config.positive("n_layers", 6),
        heads(config, "dim", hidden, "n_heads", config.positive("n_heads", 12)),
        config.positive("max_position_embeddings", 512),
        0,
        0,
        1e-12,
        config.oneOf("activation", List.of("gelu", "relu")).equals("gelu"),
        labels(config));
  }

  private static void requireClass(ConfigKeys config, String classifier) {
    Optional<List<String>> classes = config.texts("architectures");
    if (classes.isPresent() && !classes.get().isEmpty() && !classes.get().contains(classifier)) {
      throw config.unsupported(
          "architectures", '"' + classes.get().get(0) + '"', List.of(classifier));
    }
  }

  private static int heads(ConfigKeys config, String hiddenKey, int hidden, String key, int heads) {
    if (hidden % heads != 0) {
      throw config.contradiction(
          hiddenKey + " " + hidden + " is not a multiple of " + key + " " + heads);
    }
    return heads;
  }

  private static BertConfig of(
      String architecture,
      ConfigKeys config,
      EncoderNames names,
      int tokenTypes,
      int firstPosition) {
    config.oneOf("position_embedding_type", List.of("absolute"));
    if (config.flag("is_decoder", false)) {
      throw config.unsupported("is_decoder", "true", List.of("false"));
    }
    int hidden = config.positive("hidden_size");
    return new BertConfig(
        architecture,
        names,
        config.positive("vocab_size"),
        hidden,
        config.positive("intermediate_size"),
        config.positive("num_hidden_layers"),
        heads(
            config,
            "hidden_size",
            hidden,
            "num_attention_heads",
            config.positive("num_attention_heads")),
        config.positive("max_position_embeddings", 512),
        firstPosition,
        config.positive("type_vocab_size", tokenTypes),
        config.positiveNumber("layer_norm_eps", 1e-12),
        config.oneOf("hidden_act", List.of("gelu", "relu")).equals("gelu"),
        labels(config));
  }

  /** The labels of any classifier. */
  static List<String> labels(ConfigKeys config) {
    Optional<List<String>> named = config.numbered("id2label");
    int count = config.positive("num_labels", named.map(List::size).orElse(2));
    if (named.isPresent() && named.get().size() != count) {
      throw config.contradiction(
          "num_labels is " + count + " but id2label names " + named.get().size());
    }
    return named.orElseGet(() -> IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList());
  }
}
