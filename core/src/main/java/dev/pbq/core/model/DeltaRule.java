package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * The gated delta rule over a sequence. Token by token it is, with the state S [keyDim, valueDim]
 * of a head: S = exp(g) S; S = S + k (b (v - S^T k))^T; output S^T q. It is computed for some
 * tokens at a time, whose mutual effects are a triangular system (Yang et al., Parallelizing Linear
 * Transformers with the Delta Rule, 2024), so that most of the work is products of matrices.
 *
 * @param query [heads, tokens, keyDim], of all sequences
 * @param key as {@code query}
 * @param value [heads, tokens, valueDim]
 * @param decay g, [heads, tokens], 0 or less
 * @param write b, [heads, tokens]
 */
record DeltaRule(NDArray query, NDArray key, NDArray value, NDArray decay, NDArray write) {
  /** Tokens at a time: the system's matrix has so many rows. */
  private static final int CHUNK = 64;

  /** In place of minus infinity, whose product with 0 is no number. */
  private static final float NOT_SEEN = -1e30f;

  /**
   * Runs the rule over all tokens.
   *
   * @param start [heads, keyDim, valueDim]; only read
   * @param kept gets the state after the last token
   * @return [heads, tokens, valueDim], of the query's manager
   */
  NDArray apply(NDArray start, RecurrentState kept) {
    NDManager manager = query.getManager();
    long tokens = query.getShape().get(1);
    NDList outputs = new NDList();
    NDArray state = start;
    for (long from = 0; from < tokens; from += CHUNK) {
      long to = Math.min(tokens, from + CHUNK);
      try (NDManager stage = manager.newSubManager()) {
        NDList done = new Chunk(stage, from, to).run(state);
        done.forEach(array -> array.attach(manager));
        outputs.add(done.get(0));
        if (state != start) {
          state.close();
        }
        state = done.get(1);
      }
    }
    kept.accept(state);
    if (outputs.size() == 1) {
      return outputs.get(0);
    }
    try (outputs) {
      return NDArrays.concat(outputs, 1);
    }
  }

  /** The tokens [from, to); every array belongs to {@code stage}. */
  private final class Chunk {
    private final NDManager stage;
    private final long from;
    private final long to;

    Chunk(NDManager stage, long from, long to) {
      this.stage = stage;
      this.from = from;
      this.to = to;
    }

    /** The outputs, and the state behind the last token. */
    NDList run(NDArray state) {
      int n = Math.toIntExact(to - from);
      NDArray q = some(query);
      NDArray k = some(key);
      NDArray keys = k.transpose(0, 2, 1);
      NDArray b = some(write).expandDims(2);
      NDArray faded = some(decay).cumSum(1);
      NDArray decays = faded.expandDims(2);
      NDArray between = decays.sub(faded.expandDims(1)).add(square(n, NOT_SEEN, 0, 0)).exp();
      NDArray written = k.mul(b);
      NDArray effects = written.batchMatMul(keys).mul(between).mul(square(n, 0, 0, 1));
      NDArray solution = effects.add(square(n, 0, 1, 0)).inverse();
      NDArray fading = decays.exp();
      NDArray ownValues = solution.batchMatMul(some(value).mul(b));
      NDArray readKeys = solution.batchMatMul(written.mul(fading));
      NDArray values = ownValues.sub(readKeys.batchMatMul(state));
      NDArray given =
          q.mul(fading)
              .batchMatMul(state)
              .add(q.batchMatMul(keys).mul(between).batchMatMul(values));
      NDArray last = HostArrays.slice(decays, 1, n - 1L, n);
      NDArray stays = k.mul(last.sub(decays).exp()).transpose(0, 2, 1);
      return new NDList(given, state.mul(last.exp()).add(stays.batchMatMul(values)));
    }

    private NDArray some(NDArray array) {
      NDArray part = HostArrays.slice(array, 1, from, to);
      part.attach(stage);
      return part;
    }

    /** A matrix with one value above its diagonal, one on it and one below. */
    private NDArray square(int n, float above, float on, float below) {
      return HostArrays.floats(
          stage,
          new Shape(n, n),
          buffer -> {
            for (int row = 0; row < n; row++) {
              for (int col = 0; col < n; col++) {
                buffer.put(col > row ? above : col == row ? on : below);
              }
            }
          });
    }
  }
}
