package dev.pbq.formats.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The names of configurations are the reference's, whatever the checkpoint calls a layer. */
class ArchitectureRolesTest {
  @Test
  void everyRoleOfEveryFamilyHasAPath() {
    List<String> types =
        Architectures.supported().stream().filter(t -> Architecture.of(t).isPresent()).toList();
    assertThat(types).containsExactly("llama", "mistral", "qwen2", "opt", "bert", "roberta");
    for (String type : types) {
      Map<Role, String> model = Architectures.linearPaths(type).orElseThrow();
      Architecture architecture = Architecture.of(type).orElseThrow();
      assertThat(architecture.linearPaths().keySet()).as(type).isEqualTo(model.keySet());
      model.keySet().forEach(role -> assertThat(architecture.path(role)).isNotEmpty());
    }
  }

  @Test
  void pathsOfTheReference() {
    assertThat(Architecture.LLAMA.linears())
        .isEqualTo(
            List.of(
                "self_attn.q_proj",
                "self_attn.k_proj",
                "self_attn.v_proj",
                "self_attn.o_proj",
                "mlp.gate_proj",
                "mlp.up_proj",
                "mlp.down_proj"));
    assertThat(Architecture.OPT.linears())
        .isEqualTo(
            List.of(
                "self_attn.q_proj",
                "self_attn.k_proj",
                "self_attn.v_proj",
                "self_attn.out_proj",
                "fc1",
                "fc2"));
    assertThat(Architecture.BERT.linears())
        .isEqualTo(
            List.of(
                "attention.query",
                "attention.key",
                "attention.value",
                "attention.output.dense",
                "intermediate.dense",
                "output.dense"));
    assertThat(Architecture.BERT.path(Role.FC2)).isEqualTo("output.dense");
    assertThatThrownBy(() -> Architecture.OPT.path(Role.GATE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("OPT has no linear of role GATE");
  }
}
