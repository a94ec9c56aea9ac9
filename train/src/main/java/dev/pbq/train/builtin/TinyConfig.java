package dev.pbq.train.builtin;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sizes of a Llama model with an untied head.
 *
 * @param vocabulary number of token ids
 * @param hidden width of the residual stream
 * @param feedForward width of the gated layer
 * @param layers number of decoder blocks
 * @param heads query heads, each {@code hidden / heads} wide
 * @param keyValueHeads key and value heads, a divisor of {@code heads}
 * @param positions longest sequence
 */
record TinyConfig(
    int vocabulary,
    int hidden,
    int feedForward,
    int layers,
    int heads,
    int keyValueHeads,
    int positions) {
  static final double ROPE_THETA = 10000;

  TinyConfig {
    if (hidden % heads != 0 || heads % keyValueHeads != 0 || hidden / heads % 2 != 0) {
      throw new IllegalArgumentException("heads do not divide the model: " + hidden + ", " + heads);
    }
  }

  int headWidth() {
    return hidden / heads;
  }

  /** Hugging Face tensor names in file order with their shapes. */
  Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    int kv = keyValueHeads * headWidth();
    shapes.put("model.embed_tokens.weight", new int[] {vocabulary, hidden});
    for (int i = 0; i < layers; i++) {
      String layer = "model.layers." + i + ".";
      shapes.put(layer + "input_layernorm.weight", new int[] {hidden});
      shapes.put(layer + "self_attn.q_proj.weight", new int[] {hidden, hidden});
      shapes.put(layer + "self_attn.k_proj.weight", new int[] {kv, hidden});
      shapes.put(layer + "self_attn.v_proj.weight", new int[] {kv, hidden});
      shapes.put(layer + "self_attn.o_proj.weight", new int[] {hidden, hidden});
      shapes.put(layer + "post_attention_layernorm.weight", new int[] {hidden});
      shapes.put(layer + "mlp.gate_proj.weight", new int[] {feedForward, hidden});
      shapes.put(layer + "mlp.up_proj.weight", new int[] {feedForward, hidden});
      shapes.put(layer + "mlp.down_proj.weight", new int[] {hidden, feedForward});
    }
    shapes.put("model.norm.weight", new int[] {hidden});
    shapes.put("lm_head.weight", new int[] {vocabulary, hidden});
    return shapes;
  }

  /** Number of weights. */
  int parameters() {
    int sum = 0;
    for (int[] shape : shapes().values()) {
      sum += size(shape);
    }
    return sum;
  }

  static int size(int[] shape) {
    int product = 1;
    for (int extent : shape) {
      product *= extent;
    }
    return product;
  }
}
