package dev.pbq.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiConsumer;

/** The Llama family in float64, one token and one head at a time, straight from its definition. */
public final class ReferenceLlama {
  private final JsonNode config;
  private final MapWeights weights;
  private final BiConsumer<String, double[]> seen;
  private final int hidden;
  private final int heads;
  private final int kvHeads;
  private final int headDim;

  public ReferenceLlama(JsonNode config, MapWeights weights) {
    this(config, weights, (name, values) -> {});
  }

  /**
   * Makes a model that tells its intermediate values.
   *
   * @param seen takes {@code <layer> <operation>} and values, in pieces
   */
  public ReferenceLlama(JsonNode config, MapWeights weights, BiConsumer<String, double[]> seen) {
    this.seen = seen;
    this.config = config;
    this.weights = weights;
    hidden = config.get("hidden_size").intValue();
    heads = config.get("num_attention_heads").intValue();
    kvHeads = config.path("num_key_value_heads").asInt(heads);
    headDim = config.path("head_dim").asInt(hidden / heads);
  }

  /** Random weights for a configuration. */
  public static MapWeights randomWeights(JsonNode config, long seed) {
    ReferenceLlama r = new ReferenceLlama(config, new MapWeights());
    Random random = new Random(seed);
    MapWeights w = r.weights;
    int ffn = config.get("intermediate_size").intValue();
    int vocabulary = config.get("vocab_size").intValue();
    boolean qwen = config.get("model_type").textValue().equals("qwen2");
    boolean attentionBias = config.path("attention_bias").asBoolean(false);
    boolean mlpBias = config.path("mlp_bias").asBoolean(false);
    w.random(random, "model.embed_tokens.weight", 0, 1, vocabulary, r.hidden);
    for (int l = 0; l < config.get("num_hidden_layers").intValue(); l++) {
      String p = "model.layers." + l + ".";
      w.random(random, p + "input_layernorm.weight", 1, 0.2, r.hidden);
      w.random(random, p + "post_attention_layernorm.weight", 1, 0.2, r.hidden);
      linear(
          w, random, p + "self_attn.q_proj", r.heads * r.headDim, r.hidden, qwen || attentionBias);
      linear(
          w,
          random,
          p + "self_attn.k_proj",
          r.kvHeads * r.headDim,
          r.hidden,
          qwen || attentionBias);
      linear(
          w,
          random,
          p + "self_attn.v_proj",
          r.kvHeads * r.headDim,
          r.hidden,
          qwen || attentionBias);
      linear(w, random, p + "self_attn.o_proj", r.hidden, r.heads * r.headDim, attentionBias);
      linear(w, random, p + "mlp.gate_proj", ffn, r.hidden, mlpBias);
      linear(w, random, p + "mlp.up_proj", ffn, r.hidden, mlpBias);
      linear(w, random, p + "mlp.down_proj", r.hidden, ffn, mlpBias);
    }
    w.random(random, "model.norm.weight", 1, 0.2, r.hidden);
    if (!config.path("tie_word_embeddings").asBoolean(false)) {
      linear(w, random, "lm_head", vocabulary, r.hidden, false);
    }
    return w;
  }

  private static void linear(
      MapWeights w, Random random, String name, int outputs, int inputs, boolean bias) {
    w.random(random, name + ".weight", 0, 1.5 / Math.sqrt(inputs), outputs, inputs);
    if (bias) {
      w.random(random, name + ".bias", 0, 0.5, outputs);
    }
  }

  /** [tokens][vocabulary]. */
  public double[][] logits(int[] ids) {
    double[][] x = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      x[t] = Float64.row(weights, "model.embed_tokens.weight", ids[t], hidden);
    }
    for (int l = 0; l < config.get("num_hidden_layers").intValue(); l++) {
      block(x, "model.layers." + l + ".", l);
    }
    boolean tied = config.path("tie_word_embeddings").asBoolean(false);
    double[][] logits = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      double[] normed = norm("model.norm.weight", x[t]);
      logits[t] = Float64.linear(weights, tied ? "model.embed_tokens" : "lm_head", normed);
    }
    return logits;
  }

  private void block(double[][] x, String p, int layer) {
    int tokens = x.length;
    double[][] q = new double[tokens][];
    double[][] k = new double[tokens][];
    double[][] v = new double[tokens][];
    for (int t = 0; t < tokens; t++) {
      double[] normed = norm(p + "input_layernorm.weight", x[t]);
      double[] straight = Float64.linear(weights, p + "self_attn.q_proj", normed);
      seen.accept(layer + " attn_in", normed);
      seen.accept(layer + " q_out", straight);
      q[t] = rotate(straight, t);
      straight = Float64.linear(weights, p + "self_attn.k_proj", normed);
      seen.accept(layer + " k_out", straight);
      k[t] = rotate(straight, t);
      v[t] = Float64.linear(weights, p + "self_attn.v_proj", normed);
      seen.accept(layer + " v_out", v[t]);
      seen.accept(layer + " matmul_0_in_q", q[t]);
      seen.accept(layer + " matmul_0_in_k", k[t]);
    }
    for (int t = 0; t < tokens; t++) {
      for (int h = 0; h < heads; h++) {
        int from = h / (heads / kvHeads) * headDim;
        seen.accept(layer + " matmul_0_out", Float64.products(q[t], h * headDim, k, from, headDim));
      }
    }
    int window = window(layer);
    for (int t = 0; t < tokens; t++) {
      double[] context = new double[heads * headDim];
      for (int h = 0; h < heads; h++) {
        double[] query = Arrays.copyOfRange(q[t], h * headDim, (h + 1) * headDim);
        int kv = h / (heads / kvHeads);
        int first = window == 0 ? 0 : Math.max(0, t - window + 1);
        double[] out = Float64.attend(query, k, v, kv * headDim, first, t);
        System.arraycopy(out, 0, context, h * headDim, headDim);
      }
      seen.accept(layer + " matmul_1_out", context);
      x[t] = Float64.add(x[t], Float64.linear(weights, p + "self_attn.o_proj", context));
    }
    for (int t = 0; t < tokens; t++) {
      double[] normed = norm(p + "post_attention_layernorm.weight", x[t]);
      double[] gate = Float64.linear(weights, p + "mlp.gate_proj", normed);
      double[] up = Float64.linear(weights, p + "mlp.up_proj", normed);
      seen.accept(layer + " mlp_in", normed);
      seen.accept(layer + " gate_out", gate.clone());
      seen.accept(layer + " up_out", up);
      for (int i = 0; i < gate.length; i++) {
        gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
      }
      double[] out = Float64.linear(weights, p + "mlp.down_proj", gate);
      seen.accept(layer + " down_in", gate);
      seen.accept(layer + " mlp_out", out);
      x[t] = Float64.add(x[t], out);
    }
  }

  private int window(int layer) {
    String type = config.get("model_type").textValue();
    int window = config.path("sliding_window").asInt(0);
    if (type.equals("mistral")) {
      return window;
    }
    boolean slides =
        config.path("use_sliding_window").asBoolean(false)
            && layer >= config.path("max_window_layers").asInt(28);
    return type.equals("qwen2") && slides ? window : 0;
  }

  private double[] norm(String name, double[] x) {
    double square = 0;
    for (double value : x) {
      square += value * value;
    }
    double scale = 1 / Math.sqrt(square / x.length + config.path("rms_norm_eps").asDouble(1e-6));
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * scale * weights.values(name)[i];
    }
    return y;
  }

  /** Multiplies each pair (i, i + half) of each head as a complex number by exp(i angle). */
  private double[] rotate(double[] x, int position) {
    int half = headDim / 2;
    double[] y = new double[x.length];
    for (int head = 0; head < x.length; head += headDim) {
      for (int i = 0; i < half; i++) {
        double angle = position * frequency(i);
        double a = x[head + i];
        double b = x[head + half + i];
        y[head + i] = a * Math.cos(angle) - b * Math.sin(angle);
        y[head + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
    return y;
  }

  private double frequency(int i) {
    JsonNode rope =
        config.hasNonNull("rope_parameters")
            ? config.get("rope_parameters")
            : config.path("rope_scaling");
    double theta = rope.path("rope_theta").asDouble(config.path("rope_theta").asDouble(10000));
    double frequency = Math.pow(theta, -2.0 * i / headDim);
    String kind = rope.path("rope_type").asText(rope.path("type").asText("default"));
    double factor = rope.path("factor").asDouble(1);
    if (kind.equals("linear")) {
      return frequency / factor;
    }
    if (!kind.equals("llama3")) {
      return frequency;
    }
    // The blend weight is clamped instead of distinguishing cases.
    double original = rope.get("original_max_position_embeddings").doubleValue();
    double low = rope.get("low_freq_factor").doubleValue();
    double high = rope.get("high_freq_factor").doubleValue();
    double turns = original * frequency / (2 * Math.PI);
    double keep = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return keep * frequency + (1 - keep) * frequency / factor;
  }
}
