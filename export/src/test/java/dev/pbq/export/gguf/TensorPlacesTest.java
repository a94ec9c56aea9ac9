package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TestConfigs;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** llama.cpp's names for the tensors of the families that it is exported to. */
class TensorPlacesTest {
  private static CausalModel model(String type) {
    return Architectures.of(TestConfigs.llama("{'model_type': '" + type + "'}"), "c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2"})
  void everyTensorHasAPlaceOfItsOwn(String type) {
    CausalModel model = model(type);
    TensorPlaces places = new TensorPlaces("llama", model);
    Set<String> names = new HashSet<>();
    for (String tensor : model.requiredTensors()) {
      assertThat(names.add(places.of(tensor).name())).as(tensor).isTrue();
    }
    for (LinearInput input : model.linearInputs(1)) {
      for (Linear linear : input.linears()) {
        assertThat(places.isLinear(linear.weight())).isTrue();
        assertThat(places.isLinear(linear.name() + ".bias")).isFalse();
      }
    }
    assertThat(places.isLinear("model.embed_tokens.weight")).isFalse();
    assertThat(places.isLinear("rope_freqs.weight")).isFalse();
  }

  @Test
  void namesOfLlamaCpp() {
    TensorPlaces places = new TensorPlaces("llama", model("llama"));
    assertThat(
            List.of(
                    "model.embed_tokens.weight",
                    "model.layers.1.input_layernorm.weight",
                    "model.layers.1.self_attn.q_proj.weight",
                    "model.layers.1.self_attn.k_proj.bias",
                    "model.layers.1.self_attn.v_proj.weight",
                    "model.layers.1.self_attn.o_proj.weight",
                    "model.layers.1.post_attention_layernorm.weight",
                    "model.layers.1.mlp.gate_proj.weight",
                    "model.layers.1.mlp.up_proj.weight",
                    "model.layers.1.mlp.down_proj.bias",
                    "model.norm.weight",
                    "lm_head.weight")
                .stream()
                .map(tensor -> places.of(tensor).name()))
        .containsExactly(
            "token_embd.weight",
            "blk.1.attn_norm.weight",
            "blk.1.attn_q.weight",
            "blk.1.attn_k.bias",
            "blk.1.attn_v.weight",
            "blk.1.attn_output.weight",
            "blk.1.ffn_norm.weight",
            "blk.1.ffn_gate.weight",
            "blk.1.ffn_up.weight",
            "blk.1.ffn_down.bias",
            "output_norm.weight",
            "output.weight");
    assertThatThrownBy(() -> places.of("model.layers.1.self_attn.q_norm.weight"))
        .isInstanceOf(PbqException.class)
        .hasMessage(
            "tensor model.layers.1.self_attn.q_norm.weight has no place in a GGUF file of"
                + " architecture llama");
  }

  @Test
  void queriesAndKeysChangePlacesInTheArchitectureLlama() {
    TensorPlaces llama = new TensorPlaces("llama", model("mistral"));
    TensorPlaces qwen = new TensorPlaces("qwen2", model("qwen2"));
    String attention = "model.layers.0.self_attn.";
    for (String end : List.of(".weight", ".bias")) {
      assertThat(llama.of(attention + "q_proj" + end).permutedHeads()).isEqualTo(6);
      assertThat(llama.of(attention + "k_proj" + end).permutedHeads()).isEqualTo(2);
      assertThat(llama.of(attention + "v_proj" + end).permutedHeads()).isZero();
      assertThat(qwen.of(attention + "q_proj" + end).permutedHeads()).isZero();
    }
  }
}
