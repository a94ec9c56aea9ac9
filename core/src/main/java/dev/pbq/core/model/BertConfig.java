package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The configuration of a BERT for sequence classification (Devlin et al., 2019). Absent keys have
 * Hugging Face's defaults where those are not sizes.
 *
 * @param tokenTypes rows of the table of token types, of which texts that are no pairs use the
 *     first
 * @param gelu whether the MLP's activation is gelu (exact), or relu
 * @param labels the labels' names, by the position of their logit
 */
record BertConfig(
    int vocabulary,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int maxPositions,
    int tokenTypes,
    double normEpsilon,
    boolean gelu,
    List<String> labels) {
  private static final String CLASSIFIER = "BertForSequenceClassification";

  BertConfig {
    labels = List.copyOf(labels);
  }

  static BertConfig of(ConfigKeys config) {
    Optional<List<String>> classes = config.texts("architectures");
    if (classes.isPresent() && !classes.get().isEmpty() && !classes.get().contains(CLASSIFIER)) {
      throw config.unsupported(
          "architectures", '"' + classes.get().get(0) + '"', List.of(CLASSIFIER));
    }
    config.oneOf("position_embedding_type", List.of("absolute"));
    if (config.flag("is_decoder", false)) {
      throw config.unsupported("is_decoder", "true", List.of("false"));
    }
    int hidden = config.positive("hidden_size");
    int heads = config.positive("num_attention_heads");
    if (hidden % heads != 0) {
      throw config.contradiction(
          "hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads);
    }
    return new BertConfig(
        config.positive("vocab_size"),
        hidden,
        config.positive("intermediate_size"),
        config.positive("num_hidden_layers"),
        heads,
        config.positive("max_position_embeddings", 512),
        config.positive("type_vocab_size", 2),
        config.positiveNumber("layer_norm_eps", 1e-12),
        config.oneOf("hidden_act", List.of("gelu", "relu")).equals("gelu"),
        labels(config));
  }

  private static List<String> labels(ConfigKeys config) {
    Optional<List<String>> named = config.numbered("id2label");
    int count = config.positive("num_labels", named.map(List::size).orElse(2));
    if (named.isPresent() && named.get().size() != count) {
      throw config.contradiction(
          "num_labels is " + count + " but id2label names " + named.get().size());
    }
    return named.orElseGet(() -> IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList());
  }
}
