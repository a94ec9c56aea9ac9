package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartCountsTest {
  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'num_hidden_layers': 2147483647} | num_hidden_layers is 2147483647; up to 1024",
        "{'n_layer': 1e30} | n_layer is 1.0E30",
        "{'text_config': {'num_layers': 1025}} | num_layers is 1025",
        "{'n_routed_experts': 100000} | n_routed_experts is 100000",
        "{'num_hidden_layers': 1000, 'num_experts': 33} | 1000 blocks of 33 experts"
      })
  void moreThanAnyModelHasIsRefused(String config, String message) throws IOException {
    JsonNode parsed = json(config);
    assertThatThrownBy(() -> PartCounts.require(parsed, "config.json"))
        .isInstanceOf(PbqException.class)
        .hasMessageContainingAll("config.json", message);
  }

  @Test
  void theLargestModelsAreNot() throws IOException {
    PartCounts.require(json("{'num_hidden_layers': 126}"), "llama 405B");
    PartCounts.require(json("{'num_hidden_layers': 61, 'n_routed_experts': 384}"), "kimi k2");
    assertThat(PartCounts.MAX_BLOCKS).isGreaterThan(126);
  }
}
