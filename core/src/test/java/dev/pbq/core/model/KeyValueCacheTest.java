package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sequence fed in pieces gives what the whole sequence gives. */
class KeyValueCacheTest {
  private static final int[][] PIECES = {{33}, {5, 28}, {1, 1, 1, 30}, {20, 6, 7}, {32, 1}};

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'num_key_value_heads': null, 'tie_word_embeddings': true}",
        "{'num_key_value_heads': 1, 'head_dim': 12}",
        "{'model_type': 'mistral', 'sliding_window': 5}",
        "{'model_type': 'mistral', 'sliding_window': 1}",
        "{'model_type': 'qwen2', 'sliding_window': 3, 'use_sliding_window': true,"
            + " 'max_window_layers': 1}"
      })
  void llamaFamily(String changes) {
    JsonNode config = TestConfigs.llama(changes);
    MapWeights weights = ReferenceLlama.randomWeights(config, 7);
    int[] ids = TestConfigs.ids(33, 3);
    check(config, weights, ids, new ReferenceLlama(config, weights).logits(ids));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{'do_layer_norm_before': false, 'word_embed_proj_dim': 20}"})
  void opt(String changes) {
    JsonNode config = TestConfigs.opt(changes);
    MapWeights weights = ReferenceOpt.randomWeights(config, 8);
    int[] ids = TestConfigs.ids(33, 3);
    check(config, weights, ids, new ReferenceOpt(config, weights).logits(ids));
  }

  private static void check(JsonNode config, MapWeights weights, int[] ids, double[][] expected) {
    Limits[] limits = {Limits.DEFAULT, new Limits(2000, 4, 3 * 4 * 61, 17 * 4 * 20, 0)};
    // Operands that are asked for but not changed go the other way through attention.
    ProductOperands[] operands = {
      ProductOperands.UNCHANGED, (product, operand) -> (x, matrices, rows, cols) -> {}
    };
    for (Limits limit : limits) {
      for (ProductOperands some : operands) {
        CausalModel model = Architectures.of(config, "config.json", limit);
        for (int[] pieces : PIECES) {
          float[][] actual = logits(model, weights, some, ids, pieces);
          for (int t = 0; t < ids.length; t++) {
            assertClose(actual[t], expected[t], Arrays.toString(pieces) + " token " + t);
          }
        }
      }
    }
  }

  private static float[][] logits(
      CausalModel model, MapWeights weights, ProductOperands operands, int[] ids, int[] pieces) {
    float[][] all = new float[ids.length][];
    try (NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, weights);
        LanguageHead head = model.head(manager, weights);
        KeyValueCache cache = KeyValueCache.of(manager, model, 1, ids.length)) {
      DecoderBlock[] blocks = new DecoderBlock[model.blocks()];
      for (int b = 0; b < blocks.length; b++) {
        blocks[b] = model.block(manager, weights, b, operands);
      }
      int from = 0;
      for (int piece : pieces) {
        int[] some = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + piece));
        NDArray x = embedding.embed(manager, new int[][] {some}, from);
        for (int b = 0; b < blocks.length; b++) {
          try (NDArray input = x) {
            x = blocks[b].forward(input, cache.block(b));
          }
        }
        float[] flat = head.logits(x).toFloatArray();
        int vocabulary = flat.length / some.length;
        for (int i = 0; i < some.length; i++) {
          all[from + i] = Arrays.copyOfRange(flat, i * vocabulary, (i + 1) * vocabulary);
        }
        from += some.length;
        assertThat(cache.length()).isEqualTo(from);
      }
      for (DecoderBlock block : blocks) {
        block.close();
      }
    }
    return all;
  }

  private static void assertClose(float[] actual, double[] expected, String what) {
    double scale = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(expected[i] - actual[i]));
    }
    assertThat(error / scale).as(what).isLessThan(2e-5);
  }

  @Test
  void aCacheHoldsNoMoreThanItsCapacity() {
    CausalModel model = Architectures.of(TestConfigs.llama("{}"), "config.json");
    MapWeights weights = ReferenceLlama.randomWeights(TestConfigs.llama("{}"), 7);
    try (NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, weights);
        DecoderBlock block = model.block(manager, weights, 0);
        KeyValueCache cache = KeyValueCache.of(manager, model, 1, 4)) {
      NDArray x = embedding.embed(manager, new int[][] {TestConfigs.ids(5, 1)}, 0);
      assertThatThrownBy(() -> block.forward(x, cache.block(0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("4 tokens cannot hold 5");
      assertThatThrownBy(() -> cache.truncate(1)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
