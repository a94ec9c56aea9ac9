package dev.pbq.core.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Mixtral and gpt-oss. */
final class MixtureFamilies {
  private MixtureFamilies() {}

  /** Mixtral: Mistral with experts in every layer. */
  static DecoderSpec mixtral(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(8);
    RotarySpec rotary = keys.rotary(keys.rope(1e6), shape.headDim(), 1, false);
    AttentionSpec attention =
        LlamaFamilies.attention(keys, shape, false, false, rotary).withWindow(keys.window(0));
    int width = config.positive("intermediate_size", 14336);
    ActivationFunction activation = keys.activation("hidden_act", "silu");
    Routing routing =
        Routing.of(Routing.Scoring.SOFTMAX, config.positive("num_experts_per_tok", 2), true, 1);
    MixtureSpec mixture =
        Experts.mixture(
            "block_sparse_moe.gate",
            keys,
            config.positive("num_local_experts", 8),
            width,
            routing,
            e -> expert("block_sparse_moe.experts." + e, keys.hidden(), width, activation));
    return keys.decoder(
        keys.sizes(shape, width, 131072),
        keys.rms(1e-5),
        FamilyKeys.blocks(keys.layers(), i -> FamilyKeys.llamaBlock(attention, mixture)),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  private static MlpSpec expert(String path, int hidden, int width, ActivationFunction activation) {
    return new MlpSpec(
        path + ".w1_w3",
        List.of(
            new LinearShape(Role.GATE, path + ".w1", width, hidden, false),
            new LinearShape(Role.UP, path + ".w3", width, hidden, false)),
        new LinearShape(Role.DOWN, path + ".w2", hidden, width, false),
        activation,
        new GateRule.Halves(activation));
  }

  /** gpt-oss: sinks, and experts stored as stacks of [inputs, outputs]. */
  static DecoderSpec gptOss(FamilyKeys given) {
    boolean silent = !given.config().has("rope_scaling") && !given.config().has("rope_theta");
    FamilyKeys keys =
        silent
            ? new FamilyKeys(given.type(), given.config().withDefault("rope_parameters", ossRope()))
            : given;
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(8, 64);
    RotarySpec rotary = keys.rotary(keys.rope(150000), shape.headDim(), 1, false);
    boolean bias = config.flag("attention_bias", true);
    AttentionSpec attention =
        LlamaFamilies.attention(keys, shape, bias, bias, rotary).withSinks("self_attn.sinks");
    int width = config.positive("intermediate_size", 2880);
    MixtureSpec mixture = stacked(keys, config.positive("num_local_experts", 128), width);
    List<Boolean> sliding = keys.sliding(i -> (i + 1) % 2 == 1);
    int window = keys.window(128);
    return keys.decoder(
        keys.sizes(shape, width, 131072),
        keys.rms(1e-5),
        FamilyKeys.blocks(
            keys.layers(),
            i -> FamilyKeys.llamaBlock(attention.withWindow(sliding.get(i) ? window : 0), mixture)),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  private static ObjectNode ossRope() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("rope_type", "yarn")
        .put("rope_theta", 150000)
        .put("factor", 32)
        .put("original_max_position_embeddings", 4096)
        .put("beta_fast", 32)
        .put("beta_slow", 1)
        .put("truncate", false);
  }

  private static MixtureSpec stacked(FamilyKeys keys, int experts, int width) {
    ConfigKeys config = keys.config();
    GateRule rule =
        new GateRule.Interleaved(
            config.positiveNumber("swiglu_limit", 7), config.positiveNumber("swiglu_alpha", 1.702));
    String first = "mlp.experts.gate_up_proj";
    String last = "mlp.experts.down_proj";
    List<MlpSpec> all = new ArrayList<>();
    List<StoredAs> stored = new ArrayList<>();
    for (int e = 0; e < experts; e++) {
      LinearShape gateUp =
          new LinearShape(Role.GATE_UP, first + "." + e, 2 * width, keys.hidden(), true);
      LinearShape down = new LinearShape(Role.DOWN, last + "." + e, keys.hidden(), width, true);
      all.add(
          new MlpSpec(gateUp.path(), List.of(gateUp), down, ActivationFunction.SILU, rule)
              .ofExpert(e));
      stored.add(Experts.weight(gateUp, StoredForm.transposedSlice(first, e)));
      stored.add(Experts.weight(down, StoredForm.transposedSlice(last, e)));
      stored.add(new StoredAs(gateUp.path() + ".bias", StoredForm.slice(first + "_bias", e, 0)));
      stored.add(new StoredAs(down.path() + ".bias", StoredForm.slice(last + "_bias", e, 0)));
    }
    Routing routing =
        Routing.of(
            Routing.Scoring.SOFTMAX_OF_CHOSEN,
            config.positive("num_experts_per_tok", config.positive("experts_per_token", 4)),
            false,
            1);
    return new MixtureSpec(
        "mlp.router",
        keys.hidden(),
        true,
        Optional.empty(),
        routing,
        all,
        stored,
        Optional.empty(),
        Optional.empty());
  }
}
