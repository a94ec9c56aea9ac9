package dev.pbq.train.builtin;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;

/**
 * The Llama forward pass, written so that DJL can differentiate it. Scalars enter as arrays: {@code
 * mul(Number)} inside a gradient scope frees its operand too early.
 */
final class LlamaForward {
  private final Parameters parameters;
  private final TinyConfig config;

  /** Cosines and sines of the rotations, [positions, 1, head width]. */
  private final NDArray cosines;

  private final NDArray sines;
  private final NDArray scale;

  /** 0 where a query may look and -infinity where not, [positions, positions]. */
  private final NDArray mask;

  /** Constants belong to {@code manager}, which must live as long as this object. */
  LlamaForward(NDManager manager, Parameters parameters) {
    this.parameters = parameters;
    this.config = parameters.config();
    int positions = config.positions();
    int width = config.headWidth();
    int half = width / 2;
    float[] cos = new float[positions * width];
    float[] sin = new float[positions * width];
    float[] causal = new float[positions * positions];
    for (int t = 0; t < positions; t++) {
      for (int i = 0; i < 2 * half; i++) {
        double angle = t * Math.pow(TinyConfig.ROPE_THETA, -(double) (i % half) / half);
        cos[t * width + i] = (float) Math.cos(angle);
        sin[t * width + i] = (float) Math.sin(angle);
      }
      for (int k = t + 1; k < positions; k++) {
        causal[t * positions + k] = Float.NEGATIVE_INFINITY;
      }
    }
    cosines = manager.create(cos, new Shape(positions, 1, width));
    sines = manager.create(sin, new Shape(positions, 1, width));
    mask = manager.create(causal, new Shape(positions, positions));
    scale = manager.full(new Shape(), (float) (1 / Math.sqrt((double) width)), DataType.FLOAT32);
  }

  /**
   * Mean negative log-likelihood, in nats, of the targets.
   *
   * @param step owns every array made here; the weights must be attached to it for the step
   * @param inputs [sequences][tokens]
   * @param targets the token after each input, or -1 for none
   * @return a scalar
   */
  NDArray loss(NDManager step, int[][] inputs, int[][] targets) {
    NDArray logits = logits(step, inputs, 0, null);
    NDArray labels = ids(step, targets).reshape(-1, 1);
    return logits.logSoftmax(1).gather(labels, 1).mean().neg();
  }

  /**
   * Logits [sequences * tokens, vocabulary].
   *
   * @param start position of the first token; more than 0 only with a cache
   * @param cache keys and values of the tokens before, extended by this call; null for none
   */
  NDArray logits(NDManager step, int[][] inputs, int start, SampleCache cache) {
    int tokens = inputs[0].length;
    NDArray cos = cosines.get(step, new NDIndex("{}:{}", start, start + tokens));
    NDArray sin = sines.get(step, new NDIndex("{}:{}", start, start + tokens));
    NDArray rows = mask.get(step, new NDIndex("{}:{},:{}", start, start + tokens, start + tokens));
    NDArray seen = rows;
    for (int i = 1; i < config.heads() / config.keyValueHeads(); i++) {
      seen = seen.concat(rows, 0);
    }
    NDArray embedding = parameters.get("model.embed_tokens.weight");
    NDArray ids = ids(step, inputs);
    NDArray hidden =
        ids.getNDArrayInternal()
            .embedding(ids, embedding, SparseFormat.DENSE)
            .head()
            .reshape(-1, config.hidden());
    for (int i = 0; i < config.layers(); i++) {
      String layer = "model.layers." + i + ".";
      NDArray x = norm(hidden, layer + "input_layernorm.weight");
      hidden =
          hidden.add(attention(x, layer + "self_attn.", inputs.length, cos, sin, seen, cache, i));
      x = norm(hidden, layer + "post_attention_layernorm.weight");
      hidden = hidden.add(feedForward(x, layer + "mlp."));
    }
    return linear(norm(hidden, "model.norm.weight"), "lm_head");
  }

  private NDArray attention(
      NDArray x,
      String prefix,
      int sequences,
      NDArray cos,
      NDArray sin,
      NDArray seen,
      SampleCache cache,
      int layer) {
    int kv = config.keyValueHeads();
    int group = config.heads() / kv;
    int width = config.headWidth();
    long tokens = cos.getShape().get(0);
    NDArray q = heads(linear(x, prefix + "q_proj"), sequences, config.heads());
    NDArray k = heads(linear(x, prefix + "k_proj"), sequences, kv);
    NDArray v = heads(linear(x, prefix + "v_proj"), sequences, kv).transpose(0, 2, 1, 3);
    // Query heads that share a key head are laid out as more queries of that head.
    q =
        rotate(q, cos, sin)
            .mul(scale)
            .transpose(0, 2, 1, 3)
            .reshape(sequences, kv, group * tokens, width);
    k = rotate(k, cos, sin).transpose(0, 2, 1, 3);
    if (cache != null) {
      k = cache.keys(layer, k);
      v = cache.values(layer, v);
    }
    NDArray scores = q.matMul(k.transpose(0, 1, 3, 2));
    scores = scores.add(seen);
    return linear(
        scores
            .softmax(3)
            .matMul(v)
            .reshape(sequences, config.heads(), tokens, width)
            .transpose(0, 2, 1, 3)
            .reshape(-1, config.hidden()),
        prefix + "o_proj");
  }

  private NDArray feedForward(NDArray x, String prefix) {
    NDArray gate = linear(x, prefix + "gate_proj");
    NDArray silu = gate.mul(gate.getNDArrayInternal().sigmoid());
    return linear(silu.mul(linear(x, prefix + "up_proj")), prefix + "down_proj");
  }

  private NDArray heads(NDArray x, int sequences, int heads) {
    return x.reshape(sequences, -1, heads, config.headWidth());
  }

  /** Rotates the two halves of each head, as Hugging Face's Llama does. */
  private static NDArray rotate(NDArray x, NDArray cos, NDArray sin) {
    NDList halves = x.split(2, 3);
    NDArray turned = halves.get(1).neg().concat(halves.get(0), 3);
    return x.mul(cos).add(turned.mul(sin));
  }

  private NDArray norm(NDArray x, String weight) {
    NDArray power = x.square().mean(new int[] {1}, true).add(TinyConfig.NORM_EPSILON);
    return x.div(power.sqrt()).mul(parameters.get(weight));
  }

  private NDArray linear(NDArray x, String name) {
    return x.matMul(parameters.get(name + ".weight").transpose());
  }

  private static NDArray ids(NDManager step, int[][] ids) {
    long[] flat = new long[ids.length * ids[0].length];
    int n = 0;
    for (int[] row : ids) {
      for (int id : row) {
        flat[n++] = id;
      }
    }
    return step.create(flat, new Shape(ids.length, ids[0].length));
  }
}
