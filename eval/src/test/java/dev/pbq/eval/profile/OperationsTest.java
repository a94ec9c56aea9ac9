package dev.pbq.eval.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.Role;
import dev.pbq.core.model.TestConfigs;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every linear of every causal family has its place in a profile. */
class OperationsTest {
  /** What the inputs are called, and what the outputs of all products that are measured are. */
  private static Set<String> named(JsonNode config) {
    CausalModel model = Architectures.of(config, "c");
    Set<String> names = new LinkedHashSet<>();
    for (LinearInput input : model.linearInputs(0)) {
      names.add(Operations.of(input));
      for (Linear linear : input.linears()) {
        Product product = Product.linear(0, linear.role(), model.layout().path(linear));
        // What attention gives is added to the residual stream, and the reference looks past it.
        assertThat(Operations.ofOutput(product).isEmpty())
            .as("%s", linear)
            .isEqualTo(linear.role() == Role.ATTENTION_OUT);
        Operations.ofOutput(product).ifPresent(names::add);
      }
    }
    assertThat(Operations.ORDER).containsAll(names);
    return names;
  }

  @Test
  void namesOfTheReference() {
    assertThat(named(TestConfigs.llama("{}")))
        .containsExactly(
            "attn_in",
            "q_out",
            "k_out",
            "v_out",
            "matmul_1_out",
            "mlp_in",
            "gate_out",
            "up_out",
            "down_in",
            "mlp_out");
    for (String type : List.of("mistral", "qwen2")) {
      assertThat(named(TestConfigs.llama("{'model_type': '" + type + "'}")))
          .isEqualTo(named(TestConfigs.llama("{}")));
    }
    assertThat(named(TestConfigs.opt("{}")))
        .containsExactly(
            "attn_in",
            "q_out",
            "k_out",
            "v_out",
            "matmul_1_out",
            "mlp_in",
            "fc1_out",
            "fc2_in",
            "mlp_out");
  }

  @Test
  void ofOtherProductsTheScoresAreMeasured() {
    assertThat(Operations.ofOutput(Product.of(0, Product.Kind.SCORES, "s")))
        .contains("matmul_0_out");
    assertThat(Operations.ofOutput(Product.of(0, Product.Kind.CONTEXT, "c"))).isEmpty();
    assertThat(Operations.ofOutput(Product.of(0, Product.Kind.ROTARY, "r"))).isEmpty();
  }
}
