package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Names, roles, shapes and order of the three families, written out. */
class ModelLayoutTest {
  /** Every input of block 1 followed by its linears. */
  private static List<String> described(JsonNode config) {
    List<String> lines = new ArrayList<>();
    for (LinearInput input : Architectures.any(config, "c").linearInputs(1)) {
      lines.add(input.name() + " " + input.features());
      for (Linear l : input.linears()) {
        String bias = l.bias() ? " bias" : "";
        lines.add("  %s %s [%d, %d]%s".formatted(l.role(), l.name(), l.rows(), l.cols(), bias));
      }
    }
    return lines;
  }

  @Test
  void inputsOfLlamaInTheOrderOfComputing() {
    // Six heads of 10 are wider than the hidden size.
    assertThat(described(TestConfigs.llama("{'head_dim': 10, 'attention_bias': true}")))
        .containsExactly(
            "model.layers.1.self_attn.qkv 48",
            "  QUERY model.layers.1.self_attn.q_proj [60, 48] bias",
            "  KEY model.layers.1.self_attn.k_proj [20, 48] bias",
            "  VALUE model.layers.1.self_attn.v_proj [20, 48] bias",
            "model.layers.1.self_attn.o 60",
            "  ATTENTION_OUT model.layers.1.self_attn.o_proj [48, 60] bias",
            "model.layers.1.mlp.gate_up 48",
            "  GATE model.layers.1.mlp.gate_proj [80, 48]",
            "  UP model.layers.1.mlp.up_proj [80, 48]",
            "model.layers.1.mlp.down 80",
            "  DOWN model.layers.1.mlp.down_proj [48, 80]");
  }

  @Test
  void inputsOfOptInTheOrderOfComputing() {
    assertThat(described(TestConfigs.opt("{}")))
        .containsExactly(
            "model.decoder.layers.1.self_attn.qkv 48",
            "  QUERY model.decoder.layers.1.self_attn.q_proj [48, 48] bias",
            "  KEY model.decoder.layers.1.self_attn.k_proj [48, 48] bias",
            "  VALUE model.decoder.layers.1.self_attn.v_proj [48, 48] bias",
            "model.decoder.layers.1.self_attn.out 48",
            "  ATTENTION_OUT model.decoder.layers.1.self_attn.out_proj [48, 48] bias",
            "model.decoder.layers.1.fc1 48",
            "  FC1 model.decoder.layers.1.fc1 [96, 48] bias",
            "model.decoder.layers.1.fc2 96",
            "  FC2 model.decoder.layers.1.fc2 [48, 96] bias");
    assertThat(described(TestConfigs.opt("{'enable_bias': false}")))
        .noneMatch(line -> line.endsWith("bias"));
  }

  @Test
  void inputsOfBertInTheOrderOfComputing() {
    assertThat(described(TestConfigs.bert("{}")))
        .containsExactly(
            "bert.encoder.layer.1.attention.self.qkv 48",
            "  QUERY bert.encoder.layer.1.attention.self.query [48, 48] bias",
            "  KEY bert.encoder.layer.1.attention.self.key [48, 48] bias",
            "  VALUE bert.encoder.layer.1.attention.self.value [48, 48] bias",
            "bert.encoder.layer.1.attention.output.dense 48",
            "  ATTENTION_OUT bert.encoder.layer.1.attention.output.dense [48, 48] bias",
            "bert.encoder.layer.1.intermediate.dense 48",
            "  FC1 bert.encoder.layer.1.intermediate.dense [96, 48] bias",
            "bert.encoder.layer.1.output.dense 96",
            "  FC2 bert.encoder.layer.1.output.dense [48, 96] bias");
  }

  @Test
  void biasesAreWhereTheConfigurationPutsThem() {
    assertThat(biased(TestConfigs.llama("{}"))).isEmpty();
    assertThat(biased(TestConfigs.llama("{'attention_bias': true}")))
        .containsExactlyInAnyOrder(Role.QUERY, Role.KEY, Role.VALUE, Role.ATTENTION_OUT);
    assertThat(biased(TestConfigs.llama("{'mlp_bias': true}")))
        .containsExactlyInAnyOrder(Role.GATE, Role.UP, Role.DOWN);
    assertThat(biased(TestConfigs.llama("{'model_type': 'qwen2'}")))
        .containsExactlyInAnyOrder(Role.QUERY, Role.KEY, Role.VALUE);
    assertThat(biased(TestConfigs.llama("{'model_type': 'mistral', 'attention_bias': true}")))
        .isEmpty();
  }

  private static Set<Role> biased(JsonNode config) {
    TransformerModel model = Architectures.any(config, "c");
    Set<Role> biased = EnumSet.noneOf(Role.class);
    for (LinearInput input : model.linearInputs(0)) {
      for (Linear linear : input.linears()) {
        assertThat(model.requiredTensors().contains(linear.name() + ".bias"))
            .isEqualTo(linear.bias());
        if (linear.bias()) {
          biased.add(linear.role());
        }
      }
    }
    return biased;
  }

  @Test
  void tensorsInTheOrderOfCheckpoints() {
    assertThat(
            Architectures.any(TestConfigs.llama("{'num_hidden_layers': 1}"), "c").requiredTensors())
        .containsExactly(
            "model.embed_tokens.weight",
            "model.layers.0.input_layernorm.weight",
            "model.layers.0.self_attn.q_proj.weight",
            "model.layers.0.self_attn.k_proj.weight",
            "model.layers.0.self_attn.v_proj.weight",
            "model.layers.0.self_attn.o_proj.weight",
            "model.layers.0.post_attention_layernorm.weight",
            "model.layers.0.mlp.gate_proj.weight",
            "model.layers.0.mlp.up_proj.weight",
            "model.layers.0.mlp.down_proj.weight",
            "model.norm.weight",
            "lm_head.weight");
    String small = "{'num_hidden_layers': 1, 'enable_bias': false, 'word_embed_proj_dim': 32,";
    assertThat(
            Architectures.any(
                    TestConfigs.opt(small + "'layer_norm_elementwise_affine': false}"), "c")
                .requiredTensors())
        .containsExactly(
            "model.decoder.embed_tokens.weight",
            "model.decoder.embed_positions.weight",
            "model.decoder.project_in.weight",
            "model.decoder.layers.0.self_attn.q_proj.weight",
            "model.decoder.layers.0.self_attn.k_proj.weight",
            "model.decoder.layers.0.self_attn.v_proj.weight",
            "model.decoder.layers.0.self_attn.out_proj.weight",
            "model.decoder.layers.0.fc1.weight",
            "model.decoder.layers.0.fc2.weight",
            "model.decoder.project_out.weight");
    assertThat(
            Architectures.any(TestConfigs.opt(small + "'tie_word_embeddings': false}"), "c")
                .requiredTensors())
        .containsSubsequence(
            "model.decoder.layers.0.self_attn.out_proj.weight",
            "model.decoder.layers.0.self_attn_layer_norm.weight",
            "model.decoder.layers.0.self_attn_layer_norm.bias",
            "model.decoder.layers.0.fc1.weight",
            "model.decoder.layers.0.fc2.weight",
            "model.decoder.layers.0.final_layer_norm.weight",
            "model.decoder.layers.0.final_layer_norm.bias",
            "model.decoder.final_layer_norm.weight",
            "model.decoder.final_layer_norm.bias",
            "model.decoder.project_out.weight",
            "lm_head.weight");
    assertThat(
            Architectures.any(TestConfigs.bert("{'num_hidden_layers': 1}"), "c").requiredTensors())
        .containsExactly(
            "bert.embeddings.word_embeddings.weight",
            "bert.embeddings.position_embeddings.weight",
            "bert.embeddings.token_type_embeddings.weight",
            "bert.embeddings.LayerNorm.weight",
            "bert.embeddings.LayerNorm.bias",
            "bert.encoder.layer.0.attention.self.query.weight",
            "bert.encoder.layer.0.attention.self.query.bias",
            "bert.encoder.layer.0.attention.self.key.weight",
            "bert.encoder.layer.0.attention.self.key.bias",
            "bert.encoder.layer.0.attention.self.value.weight",
            "bert.encoder.layer.0.attention.self.value.bias",
            "bert.encoder.layer.0.attention.output.dense.weight",
            "bert.encoder.layer.0.attention.output.dense.bias",
            "bert.encoder.layer.0.attention.output.LayerNorm.weight",
            "bert.encoder.layer.0.attention.output.LayerNorm.bias",
            "bert.encoder.layer.0.intermediate.dense.weight",
            "bert.encoder.layer.0.intermediate.dense.bias",
            "bert.encoder.layer.0.output.dense.weight",
            "bert.encoder.layer.0.output.dense.bias",
            "bert.encoder.layer.0.output.LayerNorm.weight",
            "bert.encoder.layer.0.output.LayerNorm.bias",
            "bert.pooler.dense.weight",
            "bert.pooler.dense.bias",
            "classifier.weight",
            "classifier.bias");
  }

  static Stream<Arguments> families() {
    return Stream.of(
        Arguments.of(
            TestConfigs.llama("{}"),
            "[model.layers.1.input_layernorm, model.layers.1.post_attention_layernorm]"),
        Arguments.of(
            TestConfigs.opt("{}"),
            "[model.decoder.layers.1.self_attn_layer_norm,"
                + " model.decoder.layers.1.final_layer_norm]"),
        Arguments.of(
            TestConfigs.bert("{}"),
            "[bert.encoder.layer.1.attention.output.LayerNorm,"
                + " bert.encoder.layer.1.output.LayerNorm]"));
  }

  @ParameterizedTest
  @MethodSource("families")
  void linearsAreFoundByNameAndByRole(JsonNode config, String norms) {
    TransformerModel model = Architectures.any(config, "c");
    ModelLayout layout = model.layout();
    Map<Role, String> paths = Architectures.linearPaths(model.architecture()).orElseThrow();
    for (int b = 0; b < model.blocks(); b++) {
      Set<Role> roles = new TreeSet<>();
      for (LinearInput input : model.linearInputs(b)) {
        for (Linear linear : input.linears()) {
          assertThat(roles.add(linear.role())).as("%s once in a block", linear).isTrue();
          assertThat(linear.block()).isEqualTo(b);
          assertThat(linear.cols()).isEqualTo(input.features());
          assertThat(model.linearShape(linear.name()))
              .containsExactly(linear.rows(), linear.cols());
          assertThat(layout.linear(linear.name())).contains(linear);
          assertThat(layout.linear(b, linear.role())).contains(linear);
          assertThat(linear.name()).isEqualTo(model.blockPrefix(b) + "." + layout.path(linear));
          assertThat(paths).containsEntry(linear.role(), layout.path(linear));
          assertThat(layout.path(linear)).endsWith(linear.shortName());
        }
      }
      assertThat(paths.keySet()).isEqualTo(roles);
    }
    assertThat(layout.norms(1).stream().map(BlockNorm::name).toList()).hasToString(norms);
    assertThat(layout.norms(1).stream().map(BlockNorm::role))
        .containsExactly(NormRole.ATTENTION, NormRole.MLP);
    assertThat(layout.linear(layout.outer().embedding())).isEmpty();
    assertThatThrownBy(() -> layout.linear(2, Role.QUERY))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aFamilyIsFoundByAnyOfItsModelTypes() {
    assertThat(Architectures.supported())
        .startsWith("llama", "mistral", "qwen2")
        .contains("opt", "bert", "gpt2", "deepseek_v3", "gemma3")
        .doesNotHaveDuplicates();
    for (String type : List.of("llama", "mistral", "qwen2")) {
      TransformerModel model =
          Architectures.any(TestConfigs.llama("{'model_type': '" + type + "'}"), "c");
      assertThat(model.architecture()).isEqualTo(type);
      assertThat(Architectures.linearPaths(type)).isEqualTo(Architectures.linearPaths("llama"));
    }
    assertThat(Architectures.linearPaths("mamba")).isEmpty();
    assertThat(List.copyOf(Architectures.tiedWeights().entrySet()))
        .containsExactly(
            Map.entry("model.embed_tokens.weight", "lm_head.weight"),
            Map.entry("transformer.wte.weight", "lm_head.weight"),
            Map.entry("transformer.word_embeddings.weight", "lm_head.weight"),
            Map.entry("gpt_neox.embed_in.weight", "embed_out.weight"),
            Map.entry("language_model.model.embed_tokens.weight", "language_model.lm_head.weight"),
            Map.entry("model.decoder.embed_tokens.weight", "lm_head.weight"));
  }

  @Test
  void aBlockSaysWhatItLacks() {
    ModelLayout layout = Architectures.any(TestConfigs.opt("{}"), "c").layout();
    assertThat(layout.linear(0, Role.GATE)).isEmpty();
    BlockProducts products = new BlockProducts(null, layout, 0, ProductOperands.UNCHANGED);
    assertThatThrownBy(() -> products.linear(Role.GATE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model.decoder.layers.0 has no linear of role GATE");
    assertThatThrownBy(() -> products.input(Role.DOWN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model.decoder.layers.0 has no linear of role DOWN");
  }

  @Test
  void onlyLinearsHaveARole() {
    assertThatThrownBy(() -> Product.of(0, Product.Kind.LINEAR, "fc1"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Product.linear(0, Role.FC1, "fc1").role()).contains(Role.FC1);
    assertThat(Product.of(0, Product.Kind.SCORES, "s").role()).isEmpty();
  }
}
