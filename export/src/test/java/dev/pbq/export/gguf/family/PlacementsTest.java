package dev.pbq.export.gguf.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.TestConfigs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every tensor of a model has one place in a file, under llama.cpp's name. */
class PlacementsTest {
  private static CausalModel model(String more) {
    return Architectures.of(TestConfigs.llama(more), "c");
  }

  private static Map<String, FileTensor> places(CausalModel model) {
    FileArchitecture architecture = FileArchitectures.forModel(model.architecture()).orElseThrow();
    return Placements.of(architecture, model, name -> false).stream()
        .collect(Collectors.toMap(FileTensor::name, t -> t));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2"})
  void everyTensorHasAPlaceOfItsOwn(String type) {
    CausalModel model = model("{'model_type': '" + type + "'}");
    List<String> sources = new ArrayList<>();
    for (FileTensor tensor : places(model).values()) {
      tensor.pieces().forEach(piece -> sources.add(piece.source()));
      assertThat(tensor.pieces().stream().mapToLong(Piece::values).sum())
          .as(tensor.name())
          .isEqualTo(tensor.values());
    }
    Set<String> required = new HashSet<>(model.requiredTensors());
    required.add("lm_head.weight");
    assertThat(sources).containsExactlyInAnyOrderElementsOf(required);
  }

  @Test
  void namesOfLlamaCpp() {
    CausalModel model = model("{'model_type': 'llama', 'attention_bias': true, 'mlp_bias': true}");
    Map<String, String> names = new TreeMap<>();
    places(model).values().forEach(t -> names.put(t.pieces().get(0).source(), t.name()));
    assertThat(names)
        .containsEntry("model.embed_tokens.weight", "token_embd.weight")
        .containsEntry("model.layers.1.input_layernorm.weight", "blk.1.attn_norm.weight")
        .containsEntry("model.layers.1.self_attn.q_proj.weight", "blk.1.attn_q.weight")
        .containsEntry("model.layers.1.self_attn.k_proj.bias", "blk.1.attn_k.bias")
        .containsEntry("model.layers.1.self_attn.v_proj.weight", "blk.1.attn_v.weight")
        .containsEntry("model.layers.1.self_attn.o_proj.weight", "blk.1.attn_output.weight")
        .containsEntry("model.layers.1.post_attention_layernorm.weight", "blk.1.ffn_norm.weight")
        .containsEntry("model.layers.1.mlp.gate_proj.weight", "blk.1.ffn_gate.weight")
        .containsEntry("model.layers.1.mlp.up_proj.weight", "blk.1.ffn_up.weight")
        .containsEntry("model.layers.1.mlp.down_proj.bias", "blk.1.ffn_down.bias")
        .containsEntry("model.norm.weight", "output_norm.weight")
        .containsEntry("lm_head.weight", "output.weight");
  }

  @Test
  void queriesAndKeysChangePlacesWherePairsTurnTogether() {
    Map<String, FileTensor> llama =
        places(model("{'model_type': 'llama', 'attention_bias': true}"));
    Map<String, FileTensor> qwen = places(model("{'model_type': 'qwen2'}"));
    for (String end : List.of(".weight", ".bias")) {
      for (String part : List.of("attn_q", "attn_k")) {
        assertThat(llama.get("blk.0." + part + end).pieces().get(0).order())
            .isInstanceOf(RowOrder.Paired.class);
        assertThat(qwen.get("blk.0." + part + end).pieces().get(0).isKept()).isTrue();
      }
      assertThat(llama.get("blk.0.attn_v" + end).pieces().get(0).isKept()).isTrue();
    }
  }

  @Test
  void expertsOfABlockAreOneTensorOfThreeDimensions() {
    Map<String, FileTensor> mixtral =
        places(model("{'model_type': 'mixtral', 'num_local_experts': 3}"));
    FileTensor gates = mixtral.get("blk.1.ffn_gate_exps.weight");
    assertThat(gates.pieces().stream().map(Piece::source))
        .containsExactly(
            "model.layers.1.block_sparse_moe.experts.0.w1.weight",
            "model.layers.1.block_sparse_moe.experts.1.w1.weight",
            "model.layers.1.block_sparse_moe.experts.2.w1.weight");
    FileTensor down = mixtral.get("blk.1.ffn_down_exps.weight");
    assertThat(gates.dims()).hasSize(3).startsWith(3);
    assertThat(down.dims()).containsExactly(3, gates.dims().get(2), gates.dims().get(1));
    assertThat(mixtral.get("blk.1.ffn_gate_inp.weight").kind()).isEqualTo(FileTensor.Kind.SMALL);
  }
}
