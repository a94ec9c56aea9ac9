package dev.pbq.core.model;

import static dev.pbq.core.model.BlockLayout.input;
import static dev.pbq.core.model.BlockLayout.linear;
import static dev.pbq.core.model.BlockLayout.norm;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** The tensors of BERT for sequence classification, and of its relatives. */
final class BertLayout {
  static final OuterNames OUTER =
      new OuterNames("bert.embeddings.word_embeddings", Optional.empty(), "classifier", false);
  static final String POSITIONS = "bert.embeddings.position_embeddings";
  static final String TYPES = "bert.embeddings.token_type_embeddings";
  static final String EMBEDDING_NORM = "bert.embeddings.LayerNorm";
  static final String POOLER = "bert.pooler.dense";

  static final BlockLayout BLOCK =
      new BlockLayout(
          "bert.encoder.layer",
          "attention",
          List.of(
              input(
                  "attention.self.qkv",
                  linear(Role.QUERY, "attention.self.query"),
                  linear(Role.KEY, "attention.self.key"),
                  linear(Role.VALUE, "attention.self.value")),
              input(Role.ATTENTION_OUT, "attention.output.dense"),
              norm(NormRole.ATTENTION, "attention.output.LayerNorm"),
              input(Role.FC1, "intermediate.dense"),
              input(Role.FC2, "output.dense"),
              norm(NormRole.MLP, "output.LayerNorm")));

  private BertLayout() {}

  static ModelLayout of(BertConfig config) {
    EncoderNames names = config.names();
    int hidden = config.hidden();
    ModelSizes sizes =
        new ModelSizes(
            config.architecture(),
            config.vocabulary(),
            hidden,
            config.intermediate(),
            config.layers(),
            new AttentionShape(config.heads(), config.heads(), hidden / config.heads()),
            config.maxPositions() - config.firstPosition());
    NormTensors norms = NormTensors.WEIGHT_AND_BIAS;
    BlockTensors blocks = new BlockTensors(names.block(), sizes, EnumSet.allOf(Role.class), norms);
    TensorCatalog catalog = new TensorCatalog();
    catalog.vocabulary(names.outer().embedding(), config.vocabulary(), hidden);
    catalog.linear(names.positions(), config.maxPositions(), hidden, false);
    names.types().ifPresent(t -> catalog.linear(t, config.tokenTypes(), hidden, false));
    norms.addTo(catalog, names.embeddingNorm(), hidden);
    blocks.addTo(catalog);
    catalog.linear(names.pooler(), hidden, hidden, true);
    catalog.linear(names.outer().head(), config.labels().size(), hidden, true);
    return new ModelLayout(names.outer(), blocks, catalog);
  }
}
