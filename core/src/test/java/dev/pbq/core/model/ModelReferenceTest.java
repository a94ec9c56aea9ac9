package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random small models against float64 implementations that share no code with the product. */
class ModelReferenceTest {
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'num_key_value_heads': null, 'tie_word_embeddings': true, 'rope_theta': 500000.0}",
        "{'num_key_value_heads': 1, 'head_dim': 12}",
        "{'head_dim': 4, 'attention_bias': true, 'mlp_bias': true}",
        "{'rope_scaling': {'type': 'linear', 'factor': 4.0}}",
        "{'rope_scaling': {'rope_type': 'default'}}",
        "{'rope_scaling': {'rope_type': 'llama3', 'factor': 8.0, 'low_freq_factor': 1.0,"
            + " 'high_freq_factor': 4.0, 'original_max_position_embeddings': 32},"
            + " 'head_dim': 16, 'rope_theta': 100.0}",
        "{'rope_parameters': {'rope_type': 'linear', 'factor': 2.5, 'rope_theta': 777.0}}",
        "{'model_type': 'mistral', 'sliding_window': 5}",
        "{'model_type': 'mistral', 'sliding_window': 1}",
        "{'model_type': 'mistral', 'sliding_window': null, 'head_dim': 10}",
        "{'model_type': 'qwen2', 'sliding_window': 3, 'use_sliding_window': false}",
        "{'model_type': 'qwen2', 'sliding_window': 3, 'use_sliding_window': true,"
            + " 'max_window_layers': 1, 'tie_word_embeddings': true}"
      })
  void llamaFamily(String changes) throws JsonProcessingException {
    JsonNode config = config(LLAMA, changes);
    MapWeights weights = ReferenceLlama.randomWeights(config, 7);
    int[] ids = ids(33);
    check(config, weights, ids, new ReferenceLlama(config, weights).logits(ids));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'activation_function': 'gelu', 'enable_bias': false, 'tie_word_embeddings': false}",
        "{'do_layer_norm_before': false, 'word_embed_proj_dim': 20}",
        "{'do_layer_norm_before': false, 'activation_function': 'gelu'}",
        "{'word_embed_proj_dim': 64, 'tie_word_embeddings': false}",
        "{'_remove_final_layer_norm': true}",
        "{'layer_norm_elementwise_affine': false}"
      })
  void opt(String changes) throws JsonProcessingException {
    JsonNode config = config(OPT, changes);
    MapWeights weights = ReferenceOpt.randomWeights(config, 8);
    int[] ids = ids(33);
    check(config, weights, ids, new ReferenceOpt(config, weights).logits(ids));
  }

  /**
   * In one piece and in the smallest pieces that the limits allow, the logits are those of the
   * reference, and the losses those that follow from them.
   */
  private static void check(JsonNode config, MapWeights weights, int[] ids, double[][] expected) {
    Limits[] limits = {
      Limits.DEFAULT, new Limits(2000, 7, 3 * 4 * 61, 17 * 4 * 20, 0), new Limits(1, 1, 1, 1, 0)
    };
    for (Limits limit : limits) {
      CausalModel model = Architectures.of(config, "config.json", limit);
      try (ModelRunner runner = new ModelRunner(model, weights)) {
        float[] actual = runner.logits(new int[][] {ids});
        float[] nll = runner.nll(new int[][] {ids})[0];
        int vocabulary = expected[0].length;
        for (int t = 0; t < ids.length; t++) {
          double[] row = expected[t];
          double scale =
              IntStream.range(0, vocabulary).mapToDouble(i -> Math.abs(row[i])).max().getAsDouble();
          for (int i = 0; i < vocabulary; i++) {
            assertThat((actual[t * vocabulary + i] - row[i]) / scale)
                .as("%s, token %d, logit %d", limit, t, i)
                .isBetween(-2e-5, 2e-5);
          }
          if (t + 1 < ids.length) {
            assertThat(nll[t] - nll(row, ids[t + 1]))
                .as("%s, loss of token %d", limit, t + 1)
                .isBetween(-1e-4, 1e-4);
          }
        }
      }
    }
  }

  private static double nll(double[] logits, int target) {
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit - logits[target]);
    }
    return Math.log(sum);
  }

  private static int[] ids(int count) {
    return new Random(3).ints(count, 0, 61).toArray();
  }

  private static JsonNode config(String base, String changes) throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = (ObjectNode) json.readTree(base);
    config.setAll((ObjectNode) json.readTree(changes.replace('\'', '"')));
    return config;
  }
}
