package dev.pbq.core.model;

import static dev.pbq.core.model.BlockLayout.input;
import static dev.pbq.core.model.BlockLayout.linear;
import static dev.pbq.core.model.BlockLayout.norm;

import java.util.List;
import java.util.Optional;

/**
 * What the files of a family of encoders with a classifier call its tensors, and how its head
 * differs.
 *
 * @param outer embedding and the linear that makes the labels' logits
 * @param positions table of learned positions
 * @param types table of token types, where there is one
 * @param embeddingNorm norm of their sum
 * @param pooler the linear before the last, which reads the first token
 * @param poolerRelu whether relu follows it, rather than tanh
 * @param block of the encoder
 */
record EncoderNames(
    OuterNames outer,
    String positions,
    Optional<String> types,
    String embeddingNorm,
    String pooler,
    boolean poolerRelu,
    BlockLayout block) {

  static final EncoderNames BERT =
      new EncoderNames(
          BertLayout.OUTER,
          BertLayout.POSITIONS,
          Optional.of(BertLayout.TYPES),
          BertLayout.EMBEDDING_NORM,
          BertLayout.POOLER,
          false,
          BertLayout.BLOCK);

  /** RoBERTa: BERT's encoder, and a head of its own. */
  static final EncoderNames ROBERTA =
      new EncoderNames(
          new OuterNames(
              "roberta.embeddings.word_embeddings", Optional.empty(), "classifier.out_proj", false),
          "roberta.embeddings.position_embeddings",
          Optional.of("roberta.embeddings.token_type_embeddings"),
          "roberta.embeddings.LayerNorm",
          "classifier.dense",
          false,
          new BlockLayout("roberta.encoder.layer", "attention", BertLayout.BLOCK.parts()));

  /** DistilBERT. */
  static final EncoderNames DISTILBERT =
      new EncoderNames(
          new OuterNames(
              "distilbert.embeddings.word_embeddings", Optional.empty(), "classifier", false),
          "distilbert.embeddings.position_embeddings",
          Optional.empty(),
          "distilbert.embeddings.LayerNorm",
          "pre_classifier",
          true,
          new BlockLayout(
              "distilbert.transformer.layer",
              "attention",
              List.of(
                  input(
                      "attention.qkv",
                      linear(Role.QUERY, "attention.q_lin"),
                      linear(Role.KEY, "attention.k_lin"),
                      linear(Role.VALUE, "attention.v_lin")),
                  input(Role.ATTENTION_OUT, "attention.out_lin"),
                  norm(NormRole.ATTENTION, "sa_layer_norm"),
                  input(Role.FC1, "ffn.lin1"),
                  input(Role.FC2, "ffn.lin2"),
                  norm(NormRole.MLP, "output_layer_norm"))));
}
