package dev.pbq.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiConsumer;

/** OPT in float64, one token and one head at a time, straight from its definition. */
public final class ReferenceOpt {
  private static final String DECODER = "model.decoder.";

  private final JsonNode config;
  private final MapWeights weights;
  private final BiConsumer<String, double[]> seen;
  private final int hidden;
  private final int embedding;
  private final int heads;
  private final boolean before;

  public ReferenceOpt(JsonNode config, MapWeights weights) {
    this(config, weights, (name, values) -> {});
  }

  /**
   * Makes a model that tells its intermediate values.
   *
   * @param seen takes {@code <layer> <operation>} and values, in pieces
   */
  public ReferenceOpt(JsonNode config, MapWeights weights, BiConsumer<String, double[]> seen) {
    this.seen = seen;
    this.config = config;
    this.weights = weights;
    hidden = config.get("hidden_size").intValue();
    embedding = config.path("word_embed_proj_dim").asInt(hidden);
    heads = config.get("num_attention_heads").intValue();
    before = config.path("do_layer_norm_before").asBoolean(true);
  }

  /** Random weights for a configuration. */
  public static MapWeights randomWeights(JsonNode config, long seed) {
    ReferenceOpt r = new ReferenceOpt(config, new MapWeights());
    Random random = new Random(seed);
    MapWeights w = r.weights;
    int ffn = config.get("ffn_dim").intValue();
    int vocabulary = config.get("vocab_size").intValue();
    boolean bias = config.path("enable_bias").asBoolean(true);
    w.random(random, DECODER + "embed_tokens.weight", 0, 1, vocabulary, r.embedding);
    int positions = config.get("max_position_embeddings").intValue() + 2;
    w.random(random, DECODER + "embed_positions.weight", 0, 0.5, positions, r.hidden);
    if (r.embedding != r.hidden) {
      linear(w, random, DECODER + "project_in", r.hidden, r.embedding, false);
      linear(w, random, DECODER + "project_out", r.embedding, r.hidden, false);
    }
    for (int l = 0; l < config.get("num_hidden_layers").intValue(); l++) {
      String p = DECODER + "layers." + l + ".";
      for (String name : new String[] {"k_proj", "v_proj", "q_proj", "out_proj"}) {
        linear(w, random, p + "self_attn." + name, r.hidden, r.hidden, bias);
      }
      r.randomNorm(random, p + "self_attn_layer_norm");
      linear(w, random, p + "fc1", ffn, r.hidden, bias);
      linear(w, random, p + "fc2", r.hidden, ffn, bias);
      r.randomNorm(random, p + "final_layer_norm");
    }
    if (r.hasFinalNorm()) {
      r.randomNorm(random, DECODER + "final_layer_norm");
    }
    if (!config.path("tie_word_embeddings").asBoolean(true)) {
      linear(w, random, "lm_head", vocabulary, r.embedding, false);
    }
    return w;
  }

  private void randomNorm(Random random, String name) {
    if (config.path("layer_norm_elementwise_affine").asBoolean(true)) {
      weights.random(random, name + ".weight", 1, 0.2, hidden);
      weights.random(random, name + ".bias", 0, 0.2, hidden);
    }
  }

  private static void linear(
      MapWeights w, Random random, String name, int outputs, int inputs, boolean bias) {
    w.random(random, name + ".weight", 0, 1.5 / Math.sqrt(inputs), outputs, inputs);
    if (bias) {
      w.random(random, name + ".bias", 0, 0.5, outputs);
    }
  }

  private boolean hasFinalNorm() {
    return before && !config.path("_remove_final_layer_norm").asBoolean(false);
  }

  /** [tokens][vocabulary]. */
  public double[][] logits(int[] ids) {
    double[][] x = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      double[] e = Float64.row(weights, DECODER + "embed_tokens.weight", ids[t], embedding);
      if (embedding != hidden) {
        e = Float64.linear(weights, DECODER + "project_in", e);
      }
      double[] p = Float64.row(weights, DECODER + "embed_positions.weight", t + 2, hidden);
      x[t] = Float64.add(e, p);
    }
    for (int l = 0; l < config.get("num_hidden_layers").intValue(); l++) {
      block(x, DECODER + "layers." + l + ".", l);
    }
    boolean tied = config.path("tie_word_embeddings").asBoolean(true);
    double[][] logits = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      double[] y = hasFinalNorm() ? norm(DECODER + "final_layer_norm", x[t]) : x[t];
      if (embedding != hidden) {
        y = Float64.linear(weights, DECODER + "project_out", y);
      }
      logits[t] = Float64.linear(weights, tied ? DECODER + "embed_tokens" : "lm_head", y);
    }
    return logits;
  }

  private void block(double[][] x, String p, int layer) {
    int tokens = x.length;
    int headDim = hidden / heads;
    double[][] q = new double[tokens][];
    double[][] k = new double[tokens][];
    double[][] v = new double[tokens][];
    for (int t = 0; t < tokens; t++) {
      double[] input = before ? norm(p + "self_attn_layer_norm", x[t]) : x[t];
      q[t] = Float64.linear(weights, p + "self_attn.q_proj", input);
      k[t] = Float64.linear(weights, p + "self_attn.k_proj", input);
      v[t] = Float64.linear(weights, p + "self_attn.v_proj", input);
      seen.accept(layer + " attn_in", input);
      seen.accept(layer + " q_out", q[t]);
      seen.accept(layer + " k_out", k[t]);
      seen.accept(layer + " v_out", v[t]);
      double scale = Math.sqrt(headDim);
      seen.accept(layer + " matmul_0_in_q", Arrays.stream(q[t]).map(e -> e / scale).toArray());
      seen.accept(layer + " matmul_0_in_k", k[t]);
    }
    for (int t = 0; t < tokens; t++) {
      double scale = Math.sqrt(headDim);
      double[] scaled = Arrays.stream(q[t]).map(e -> e / scale).toArray();
      for (int h = 0; h < hidden; h += headDim) {
        seen.accept(layer + " matmul_0_out", Float64.products(scaled, h, k, h, headDim));
      }
    }
    for (int t = 0; t < tokens; t++) {
      double[] context = new double[hidden];
      for (int h = 0; h < hidden; h += headDim) {
        double[] query = Arrays.copyOfRange(q[t], h, h + headDim);
        System.arraycopy(Float64.attend(query, k, v, h, 0, t), 0, context, h, headDim);
      }
      seen.accept(layer + " matmul_1_out", context);
      double[] y = Float64.add(x[t], Float64.linear(weights, p + "self_attn.out_proj", context));
      y = before ? y : norm(p + "self_attn_layer_norm", y);
      double[] inner = before ? norm(p + "final_layer_norm", y) : y;
      seen.accept(layer + " mlp_in", inner);
      inner = Float64.linear(weights, p + "fc1", inner);
      seen.accept(layer + " fc1_out", inner);
      inner = activate(inner);
      seen.accept(layer + " fc2_in", inner);
      double[] out = Float64.linear(weights, p + "fc2", inner);
      seen.accept(layer + " mlp_out", out);
      y = Float64.add(y, out);
      x[t] = before ? y : norm(p + "final_layer_norm", y);
    }
  }

  private double[] activate(double[] x) {
    boolean gelu = config.path("activation_function").asText("relu").equals("gelu");
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = gelu ? x[i] / 2 * (1 + Float64.erf(x[i] / Math.sqrt(2))) : Math.max(0, x[i]);
    }
    return y;
  }

  private double[] norm(String name, double[] x) {
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    boolean affine = weights.contains(name + ".weight");
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(variance + 1e-5);
      if (affine) {
        y[i] = y[i] * weights.values(name + ".weight")[i] + weights.values(name + ".bias")[i];
      }
    }
    return y;
  }
}
