package dev.pbq.core.model;

import static dev.pbq.core.model.BlockLayout.input;
import static dev.pbq.core.model.BlockLayout.linear;
import static dev.pbq.core.model.BlockLayout.norm;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** The tensors of BERT for sequence classification. */
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
    int hidden = config.hidden();
    ModelSizes sizes =
        new ModelSizes(
            "bert",
            config.vocabulary(),
            hidden,
            config.intermediate(),
            config.layers(),
            new AttentionShape(config.heads(), config.heads(), hidden / config.heads()),
            config.maxPositions());
    NormTensors norms = NormTensors.WEIGHT_AND_BIAS;
    BlockTensors blocks = new BlockTensors(BLOCK, sizes, EnumSet.allOf(Role.class), norms);
    TensorCatalog catalog = new TensorCatalog();
    catalog.vocabulary(OUTER.embedding(), config.vocabulary(), hidden);
    catalog.linear(POSITIONS, config.maxPositions(), hidden, false);
    catalog.linear(TYPES, config.tokenTypes(), hidden, false);
    norms.addTo(catalog, EMBEDDING_NORM, hidden);
    blocks.addTo(catalog);
    catalog.linear(POOLER, hidden, hidden, true);
    catalog.linear(OUTER.head(), config.labels().size(), hidden, true);
    return new ModelLayout(OUTER, blocks, catalog);
  }
}
