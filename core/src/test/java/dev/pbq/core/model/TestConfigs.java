package dev.pbq.core.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.Random;

/** Small configurations. */
public final class TestConfigs {
  static final int VOCABULARY = 61;

  private static final String LLAMA =
      """
      {"model_type": "llama", "hidden_act": "silu", "vocab_size": 61, "hidden_size": 48,
       "intermediate_size": 80, "num_hidden_layers": 2, "num_attention_heads": 6,
       "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "max_position_embeddings": 64}
      """;
  private static final String OPT =
      """
      {"model_type": "opt", "vocab_size": 61, "hidden_size": 48, "ffn_dim": 96,
       "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 40,
       "do_layer_norm_before": true}
      """;

  private static final String BERT =
      """
      {"model_type": "bert", "architectures": ["BertForSequenceClassification"],
       "vocab_size": 61, "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2,
       "num_attention_heads": 4, "max_position_embeddings": 40, "type_vocab_size": 2,
       "hidden_act": "gelu", "layer_norm_eps": 1e-12,
       "id2label": {"0": "negative", "1": "neutral", "2": "positive"}}
      """;

  private TestConfigs() {}

  /**
   * A Llama with changes.
   *
   * @param changes a JSON object in single quotes
   */
  public static JsonNode llama(String changes) {
    return changed(LLAMA, changes);
  }

  public static JsonNode opt(String changes) {
    return changed(OPT, changes);
  }

  public static JsonNode bert(String changes) {
    return changed(BERT, changes);
  }

  public static int[] ids(int count, long seed) {
    return new Random(seed).ints(count, 0, VOCABULARY).toArray();
  }

  private static JsonNode changed(String base, String changes) {
    try {
      ObjectMapper json = new ObjectMapper();
      ObjectNode config = (ObjectNode) json.readTree(base);
      config.setAll((ObjectNode) json.readTree(changes.replace('\'', '"')));
      return config;
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
