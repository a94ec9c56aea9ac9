package dev.pbq.core.model;

import static dev.pbq.core.model.BlockLayout.input;
import static dev.pbq.core.model.BlockLayout.linear;
import static dev.pbq.core.model.BlockLayout.norm;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The tensors of OPT. */
final class OptLayout {
  static final OuterNames OUTER =
      new OuterNames(
          "model.decoder.embed_tokens",
          Optional.of("model.decoder.final_layer_norm"),
          "lm_head",
          true);

  /** The same with a linear that scores labels. */
  static final OuterNames SCORED =
      new OuterNames(OUTER.embedding(), OUTER.finalNorm(), "score", false);

  static final String POSITIONS = "model.decoder.embed_positions";

  /** From the width of the embedding to that of the blocks. */
  static final String PROJECT_IN = "model.decoder.project_in";

  /** And back. */
  static final String PROJECT_OUT = "model.decoder.project_out";

  static final BlockLayout BLOCK =
      new BlockLayout(
          "model.decoder.layers",
          "self_attn",
          List.of(
              input(
                  "self_attn.qkv",
                  linear(Role.QUERY, "self_attn.q_proj"),
                  linear(Role.KEY, "self_attn.k_proj"),
                  linear(Role.VALUE, "self_attn.v_proj")),
              input("self_attn.out", linear(Role.ATTENTION_OUT, "self_attn.out_proj")),
              norm(NormRole.ATTENTION, "self_attn_layer_norm"),
              input(Role.FC1, "fc1"),
              input(Role.FC2, "fc2"),
              norm(NormRole.MLP, "final_layer_norm")));

  private OptLayout() {}

  static ModelLayout of(OptConfig config) {
    return of(config, OUTER, OptionalInt.empty());
  }

  /** Of a classifier of so many labels. */
  static ModelLayout scored(OptConfig config, int labels) {
    return of(config, SCORED, OptionalInt.of(labels));
  }

  private static ModelLayout of(OptConfig config, OuterNames outer, OptionalInt labels) {
    ModelSizes sizes =
        new ModelSizes(
            "opt",
            config.vocabulary(),
            config.hidden(),
            config.intermediate(),
            config.layers(),
            new AttentionShape(config.heads(), config.heads(), config.hidden() / config.heads()),
            config.maxPositions());
    NormTensors norms = config.affineNorm() ? NormTensors.WEIGHT_AND_BIAS : NormTensors.NONE;
    Set<Role> biased = config.bias() ? EnumSet.allOf(Role.class) : EnumSet.noneOf(Role.class);
    BlockTensors blocks = new BlockTensors(BLOCK, sizes, biased, norms);
    TensorCatalog catalog = new TensorCatalog();
    catalog.vocabulary(OUTER.embedding(), config.vocabulary(), config.embedding());
    long positions = (long) config.maxPositions() + OptConfig.POSITION_OFFSET;
    catalog.linear(POSITIONS, positions, config.hidden(), false);
    if (config.projected()) {
      catalog.linear(PROJECT_IN, config.hidden(), config.embedding(), false);
    }
    blocks.addTo(catalog);
    if (config.finalNorm()) {
      norms.addTo(catalog, OUTER.finalNorm().orElseThrow(), config.hidden());
    }
    if (config.projected()) {
      catalog.linear(PROJECT_OUT, config.embedding(), config.hidden(), false);
    }
    if (labels.isPresent()) {
      catalog.linear(outer.head(), labels.getAsInt(), config.embedding(), false);
    } else if (!config.tiedHead()) {
      catalog.vocabulary(outer.head(), config.vocabulary(), config.embedding());
    }
    return new ModelLayout(outer, blocks, catalog);
  }
}
