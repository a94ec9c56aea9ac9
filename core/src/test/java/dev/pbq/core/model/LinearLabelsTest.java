package dev.pbq.core.model;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LinearLabelsTest {
  @Test
  void theLastPartIsEnoughWhereItTellsTheLayersOfABlockApart() {
    assertThat(
            LinearLabels.of(
                List.of(
                    "model.layers.0.self_attn.q_proj",
                    "model.layers.0.mlp.up_proj",
                    "model.layers.1.self_attn.q_proj")))
        .containsExactly(
            entry("model.layers.0.self_attn.q_proj", "q_proj"),
            entry("model.layers.0.mlp.up_proj", "up_proj"),
            entry("model.layers.1.self_attn.q_proj", "q_proj"));
  }

  @Test
  void layersOfOneNameHaveLongerLabels() {
    String block = "bert.encoder.layer.3.";
    assertThat(
            LinearLabels.of(
                    List.of(
                        block + "attention.self.query",
                        block + "attention.output.dense",
                        block + "intermediate.dense",
                        block + "output.dense"))
                .values())
        .containsExactly("query", "attention.output.dense", "intermediate.dense", "output.dense");
  }
}
