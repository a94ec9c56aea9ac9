package dev.pbq.core.model;

import java.util.List;

/**
 * The configuration of an OPT model (Zhang et al., 2022).
 *
 * @param embedding width of the token embedding ({@code word_embed_proj_dim}); where it differs
 *     from {@code hidden}, projections stand on both sides of the blocks
 * @param normBefore whether the layer norms precede attention and MLP (all sizes but 350m) or
 *     follow the residual sum
 * @param finalNorm whether a layer norm follows the last block
 * @param bias whether the linears of the blocks have biases
 * @param affineNorm whether the layer norms have weights and biases
 * @param activation relu or gelu
 */
record OptConfig(
    int vocabulary,
    int embedding,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int maxPositions,
    boolean normBefore,
    boolean finalNorm,
    boolean bias,
    boolean affineNorm,
    String activation,
    boolean tiedHead) {

  /** Positions are counted from here in the table of position embeddings. */
  static final int POSITION_OFFSET = 2;

  static OptConfig of(ConfigKeys config) {
    int hidden = config.positive("hidden_size");
    int heads = config.positive("num_attention_heads");
    if (hidden % heads != 0) {
      throw config.contradiction(
          "hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads);
    }
    boolean normBefore = config.flag("do_layer_norm_before", true);
    return new OptConfig(
        config.positive("vocab_size"),
        config.positive("word_embed_proj_dim", hidden),
        hidden,
        config.positive("ffn_dim"),
        config.positive("num_hidden_layers"),
        heads,
        config.positive("max_position_embeddings", 2048),
        normBefore,
        normBefore && !config.flag("_remove_final_layer_norm", false),
        config.flag("enable_bias", true),
        config.flag("layer_norm_elementwise_affine", true),
        config.oneOf("activation_function", List.of("relu", "gelu")),
        config.flag("tie_word_embeddings", true));
  }

  boolean projected() {
    return embedding != hidden;
  }
}
