package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.Contradiction;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFactsTest {
  private static List<String> found(String json) throws IOException {
    return ConfigFacts.contradictions(
            (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"')))
        .stream()
        .map(Contradiction::sentence)
        .toList();
  }

  /** Each fact by two keys: what counts, then what does not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'dtype': A, 'torch_dtype': B}; 'bfloat16'; 'float16'",
        "{'model_type': 'gemma', 'hidden_activation': A, 'hidden_act': B}; 'gelu'; 'silu'",
        "{'rope_scaling': A, 'rope_parameters': B}; {'rope_type': 'yarn'}; {'rope_type': 'linear'}",
        "{'rope_scaling': A, 'rope_parameters': B};"
            + " {'type':'linear','factor':2}; {'rope_type':'linear','factor':4}",
        "{'rope_scaling': A, 'rope_parameters': B};"
            + " {'type':'linear','factor':2}; {'type':'linear','factor':2,'rope_theta':5e5}",
        "{'rope_scaling': {'rope_type': A, 'type': B}}; 'llama3'; 'linear'",
        "{'rope_parameters': {'rope_theta': A}, 'rope_theta': B}; 1000000.0; 10000.0",
        "{'rope_parameters': {'partial_rotary_factor': A}, 'partial_rotary_factor': B}; 0.5; 0.25",
        "{'original_max_position_embeddings': A,"
            + " 'rope_scaling': {'original_max_position_embeddings': B}}; 4096; 8192",
        "{'vocab_size': B, 'text_config': {'vocab_size': A}}; 262144; 262208",
        "{'tie_word_embeddings': A, 'text_config': {'tie_word_embeddings': B}}; true; false",
        "{'text_config': {'dtype': A, 'torch_dtype': B}}; 'float32'; 'float16'",
      })
  void bothAreNamed(String template, String counts, String other) throws IOException {
    ObjectMapper json = new ObjectMapper();
    String config = template.replace("A,", counts + ",").replace("A}", counts + "}");
    String a = json.readTree(counts.replace('\'', '"')).toString();
    String b = json.readTree(other.replace('\'', '"')).toString();
    assertThat(found(config.replace("B,", other + ",").replace("B}", other + "}")))
        .singleElement()
        .asString()
        .containsSubsequence(" is " + a + " in config.json", " and " + b + " in ")
        .endsWith("; the former counts, as in transformers");
    assertThat(found(config.replace("B,", counts + ",").replace("B}", counts + "}"))).isEmpty();
    assertThat(found(config.replace("B,", "null,").replace("B}", "null}"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'rope_theta': 10000, 'rope_parameters': {'rope_type': 'default', 'rope_theta': 1e4}}",
        "{'rope_scaling': {}, 'rope_parameters': {'rope_type': 'linear', 'factor': 2}}",
        "{'rope_theta': 5e5, 'rope_scaling': {'type': 'linear', 'factor': 2.0},"
            + " 'rope_parameters': {'rope_type': 'linear', 'factor': 2, 'rope_theta': 500000}}",
        "{'model_type': 'llama', 'hidden_act': 'silu', 'hidden_activation': 'gelu'}",
        "{'vocab_size': 5, 'text_config': {'hidden_size': 4}}",
      })
  void whatAgreesIsNotTold(String config) throws IOException {
    assertThat(found(config)).isEmpty();
  }

  @Test
  void longValuesAreCut() throws IOException {
    String names = "x".repeat(5000);
    assertThat(found("{'dtype': '" + names + "', 'torch_dtype': 'float16'}").get(0))
        .hasSizeLessThan(500);
  }
}
