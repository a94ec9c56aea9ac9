package dev.pbq.core.model;

import static dev.pbq.core.model.BlockLayout.input;
import static dev.pbq.core.model.BlockLayout.linear;
import static dev.pbq.core.model.BlockLayout.norm;

import java.util.List;
import java.util.Optional;

/** The names of Llama, Mistral and Qwen2, which many other families share. */
final class LlamaLayout {
  static final OuterNames OUTER =
      new OuterNames("model.embed_tokens", Optional.of("model.norm"), "lm_head", true);

  static final BlockLayout BLOCK =
      new BlockLayout(
          "model.layers",
          "self_attn",
          List.of(
              norm(NormRole.ATTENTION, "input_layernorm"),
              input(
                  "self_attn.qkv",
                  linear(Role.QUERY, "self_attn.q_proj"),
                  linear(Role.KEY, "self_attn.k_proj"),
                  linear(Role.VALUE, "self_attn.v_proj")),
              input("self_attn.o", linear(Role.ATTENTION_OUT, "self_attn.o_proj")),
              norm(NormRole.MLP, "post_attention_layernorm"),
              input(
                  "mlp.gate_up",
                  linear(Role.GATE, "mlp.gate_proj"),
                  linear(Role.UP, "mlp.up_proj")),
              input("mlp.down", linear(Role.DOWN, "mlp.down_proj"))));

  private LlamaLayout() {}
}
