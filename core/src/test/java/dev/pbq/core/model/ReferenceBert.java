package dev.pbq.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Random;

/** BERT in float64, one text, token and head at a time, straight from its definition. */
final class ReferenceBert {
  private static final String EMBEDDINGS = "bert.embeddings.";

  private final JsonNode config;
  private final MapWeights weights;
  private final int hidden;
  private final int heads;

  ReferenceBert(JsonNode config, MapWeights weights) {
    this.config = config;
    this.weights = weights;
    hidden = config.get("hidden_size").intValue();
    heads = config.get("num_attention_heads").intValue();
  }

  /** Random weights for a configuration. */
  static MapWeights randomWeights(JsonNode config, long seed) {
    Random random = new Random(seed);
    MapWeights w = new MapWeights();
    int hidden = config.get("hidden_size").intValue();
    int inner = config.get("intermediate_size").intValue();
    int positions = config.get("max_position_embeddings").intValue();
    w.random(
        random,
        EMBEDDINGS + "word_embeddings.weight",
        0,
        1,
        config.get("vocab_size").intValue(),
        hidden);
    w.random(random, EMBEDDINGS + "position_embeddings.weight", 0, 0.5, positions, hidden);
    w.random(
        random,
        EMBEDDINGS + "token_type_embeddings.weight",
        0,
        0.5,
        config.get("type_vocab_size").intValue(),
        hidden);
    norm(w, random, EMBEDDINGS + "LayerNorm", hidden);
    for (int l = 0; l < config.get("num_hidden_layers").intValue(); l++) {
      String p = "bert.encoder.layer." + l + ".";
      for (String name : new String[] {"query", "key", "value"}) {
        linear(w, random, p + "attention.self." + name, hidden, hidden);
      }
      linear(w, random, p + "attention.output.dense", hidden, hidden);
      norm(w, random, p + "attention.output.LayerNorm", hidden);
      linear(w, random, p + "intermediate.dense", inner, hidden);
      linear(w, random, p + "output.dense", hidden, inner);
      norm(w, random, p + "output.LayerNorm", hidden);
    }
    linear(w, random, "bert.pooler.dense", hidden, hidden);
    linear(w, random, "classifier", config.path("id2label").size(), hidden);
    return w;
  }

  private static void norm(MapWeights w, Random random, String name, int width) {
    w.random(random, name + ".weight", 1, 0.2, width);
    w.random(random, name + ".bias", 0, 0.2, width);
  }

  private static void linear(MapWeights w, Random random, String name, int outputs, int inputs) {
    w.random(random, name + ".weight", 0, 1.5 / Math.sqrt(inputs), outputs, inputs);
    w.random(random, name + ".bias", 0, 0.5, outputs);
  }

  /** [labels], of a text without padding. */
  double[] logits(int[] ids) {
    double[][] x = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      double[] word = Float64.row(weights, EMBEDDINGS + "word_embeddings.weight", ids[t], hidden);
      double[] type = Float64.row(weights, EMBEDDINGS + "token_type_embeddings.weight", 0, hidden);
      double[] place = Float64.row(weights, EMBEDDINGS + "position_embeddings.weight", t, hidden);
      x[t] = norm(EMBEDDINGS + "LayerNorm", Float64.add(Float64.add(word, type), place));
    }
    for (int l = 0; l < config.get("num_hidden_layers").intValue(); l++) {
      x = block(x, "bert.encoder.layer." + l + ".");
    }
    double[] pooled = Float64.linear(weights, "bert.pooler.dense", x[0]);
    return Float64.linear(weights, "classifier", Arrays.stream(pooled).map(Math::tanh).toArray());
  }

  private double[][] block(double[][] x, String p) {
    int tokens = x.length;
    int headDim = hidden / heads;
    double[][] q = new double[tokens][];
    double[][] k = new double[tokens][];
    double[][] v = new double[tokens][];
    for (int t = 0; t < tokens; t++) {
      q[t] = Float64.linear(weights, p + "attention.self.query", x[t]);
      k[t] = Float64.linear(weights, p + "attention.self.key", x[t]);
      v[t] = Float64.linear(weights, p + "attention.self.value", x[t]);
    }
    double[][] result = new double[tokens][];
    for (int t = 0; t < tokens; t++) {
      double[] context = new double[hidden];
      for (int h = 0; h < hidden; h += headDim) {
        double[] query = Arrays.copyOfRange(q[t], h, h + headDim);
        // To the last token, whatever t is: every token sees all.
        System.arraycopy(Float64.attend(query, k, v, h, 0, tokens - 1), 0, context, h, headDim);
      }
      double[] attended = Float64.linear(weights, p + "attention.output.dense", context);
      double[] y = norm(p + "attention.output.LayerNorm", Float64.add(attended, x[t]));
      double[] inner = activate(Float64.linear(weights, p + "intermediate.dense", y));
      double[] added = Float64.add(Float64.linear(weights, p + "output.dense", inner), y);
      result[t] = norm(p + "output.LayerNorm", added);
    }
    return result;
  }

  private double[] activate(double[] x) {
    boolean gelu = config.path("hidden_act").asText("gelu").equals("gelu");
    return Arrays.stream(x)
        .map(v -> gelu ? v / 2 * (1 + Float64.erf(v / Math.sqrt(2))) : Math.max(0, v))
        .toArray();
  }

  private double[] norm(String name, double[] x) {
    double epsilon = config.path("layer_norm_eps").asDouble(1e-12);
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] =
          (x[i] - mean) / Math.sqrt(variance + epsilon) * weights.values(name + ".weight")[i]
              + weights.values(name + ".bias")[i];
    }
    return y;
  }
}
