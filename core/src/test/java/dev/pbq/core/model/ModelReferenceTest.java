package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random small models against float64 implementations that share no code with the product. */
class ModelReferenceTest {
  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

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
  void llamaFamily(String changes) {
    JsonNode config = TestConfigs.llama(changes);
    MapWeights weights = ReferenceLlama.randomWeights(config, 7);
    int[] ids = TestConfigs.ids(33, 3);
    check(config, weights, ids, new ReferenceLlama(config, weights).logits(ids));
  }

  /** Edges of windows fall on every place of a tile. */
  @Test
  void everyWindowWithEveryTileHeight() {
    int[] ids = TestConfigs.ids(10, 4);
    for (int window = 1; window <= 11; window++) {
      JsonNode config =
          TestConfigs.llama(
              "{'model_type': 'mistral', 'num_hidden_layers': 1, 'sliding_window': "
                  + window
                  + "}");
      MapWeights weights = ReferenceLlama.randomWeights(config, 9);
      double[][] expected = new ReferenceLlama(config, weights).logits(ids);
      for (int rows = 1; rows <= 6; rows++) {
        Limits limits = new Limits(1 << 20, rows, 1 << 20, 1 << 20, 0);
        CausalModel model = Architectures.of(config, "config.json", limits);
        try (ModelRunner runner = new ModelRunner(model, weights)) {
          assertThat(largestError(runner.logits(new int[][] {ids}), expected))
              .as("window %d, tiles of %d rows", window, rows)
              .isLessThan(2e-5);
        }
      }
    }
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
  void opt(String changes) {
    JsonNode config = TestConfigs.opt(changes);
    MapWeights weights = ReferenceOpt.randomWeights(config, 8);
    int[] ids = TestConfigs.ids(33, 3);
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
        assertThat(largestError(actual, expected)).as("logits, %s", limit).isLessThan(2e-5);
        assertThat(nll).hasSize(ids.length - 1);
        for (int t = 0; t + 1 < ids.length; t++) {
          assertThat(nll[t] - nll(expected[t], ids[t + 1]))
              .as("%s, loss of token %d", limit, t + 1)
              .isBetween(-1e-4, 1e-4);
        }
      }
    }
  }

  /** The largest difference of any logit, as a part of the largest logit of its token. */
  private static double largestError(float[] actual, double[][] expected) {
    int vocabulary = expected[0].length;
    assertThat(actual).hasSize(expected.length * vocabulary);
    double largest = 0;
    for (int t = 0; t < expected.length; t++) {
      double scale = 0;
      double error = 0;
      for (int i = 0; i < vocabulary; i++) {
        double difference = Math.abs(actual[t * vocabulary + i] - expected[t][i]);
        // NaN must not get lost in the comparison.
        error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(error, difference);
        scale = Math.max(scale, Math.abs(expected[t][i]));
      }
      largest = Math.max(largest, error / scale);
    }
    return largest;
  }

  private static double nll(double[] logits, int target) {
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit - logits[target]);
    }
    return Math.log(sum);
  }
}
