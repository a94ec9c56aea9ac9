package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.Optional;

/**
 * Linear attention by a gated delta rule (Yang et al., Gated Delta Networks, 2024): queries, keys
 * and values pass a short convolution over time, and a state takes the place of all keys and values
 * before. Every head's output is normed and gated.
 *
 * @param convolution of queries, keys and values
 * @param norm of rows of a head's width
 * @param firstInput what all of {@code inputs} read
 * @param lastInput what the output projection reads
 */
record DeltaAttention(
    Inputs inputs,
    LinearLayer output,
    CausalConvolution convolution,
    Decay decay,
    Normalization norm,
    DeltaSizes sizes,
    LinearInput firstInput,
    LinearInput lastInput)
    implements ProjectedSublayer {
  /** Added to the squared length of queries and keys before its root. */
  private static final float LENGTH_EPSILON = 1e-6f;

  /**
   * The linears that read the input.
   *
   * @param mixed makes queries, keys and values, in this order
   * @param gate makes the gates of the outputs
   * @param write makes the shares that are written, before their sigmoid
   * @param decay makes the decays, before their rule
   */
  record Inputs(LinearLayer mixed, LinearLayer gate, LinearLayer write, LinearLayer decay) {}

  /**
   * How fast a head's state fades: by exp(-exp(rate) softplus(x + shift)) for each token.
   *
   * @param rate [heads]
   * @param shift [heads]
   */
  record Decay(NDArray rate, NDArray shift) {
    /** The exponents, 0 or less, of x [rows, heads]. */
    NDArray logarithm(NDArray x) {
      try (NDArray shifted = x.add(shift);
          NDArray soft = Activation.softPlus(shifted);
          NDArray speed = rate.exp();
          NDArray product = soft.mul(speed)) {
        return product.neg();
      }
    }
  }

  @Override
  public NDArray inner(NDArray x, InputTap tap) {
    NDManager manager = x.getManager();
    try (NDManager stage = manager.newSubManager()) {
      NDArray own = x.reshape(x.getShape());
      own.attach(stage);
      NDArray result = inStage(stage, own, tap);
      result.attach(manager);
      return result;
    }
  }

  /** Leaves all arrays to {@code stage}. */
  private NDArray inStage(NDManager stage, NDArray x, InputTap tap) {
    int sequences = tap.sequences();
    int tokens = tap.tokens();
    Optional<RecurrentCache> cache = tap.recurrent();
    cache.ifPresent(c -> c.advance(tokens));
    NDArray mixed = inputs.mixed().apply(x, sequences).reshape(new Shape(sequences, tokens, -1));
    NDArray convolved =
        convolution.apply(
            before(stage, cache, sequences), mixed, keep(cache.map(RecurrentCache::inputs)));
    NDArray active = ActivationFunction.SILU.apply(convolved);
    int keys = sizes.keys();
    DeltaRule rule =
        new DeltaRule(
            unit(repeated(active, 0, sizes.keyHeads(), sizes.keyDim()))
                .mul(HostArrays.scalar(stage, 1 / Math.sqrt(sizes.keyDim()))),
            unit(repeated(active, keys, sizes.keyHeads(), sizes.keyDim())),
            repeated(active, 2L * keys, sizes.valueHeads(), sizes.valueDim()),
            byHead(decay.logarithm(inputs.decay().apply(x, sequences)), sequences),
            byHead(Activation.sigmoid(inputs.write().apply(x, sequences)), sequences));
    NDArray given =
        rule.apply(states(stage, cache, sequences), keep(cache.map(RecurrentCache::states)));
    NDArray rows =
        given
            .reshape(new Shape(sequences, sizes.valueHeads(), tokens, sizes.valueDim()))
            .transpose(0, 2, 1, 3)
            .reshape(new Shape(-1, sizes.valueDim()));
    NDArray gate = ActivationFunction.SILU.apply(inputs.gate().apply(x, sequences));
    return norm.apply(rows)
        .mul(gate.reshape(rows.getShape()))
        .reshape(new Shape((long) sequences * tokens, sizes.values()));
  }

  /** Heads [sequences * valueHeads, tokens, width] of some features, each as often as needed. */
  private NDArray repeated(NDArray active, long first, int heads, int width) {
    Shape shape = active.getShape();
    NDArray some =
        HostArrays.slice(active, 2, first, first + (long) heads * width)
            .reshape(new Shape(shape.get(0), shape.get(1), heads, width))
            .transpose(0, 2, 1, 3);
    int times = sizes.valueHeads() / heads;
    return (times == 1 ? some : some.repeat(1, times)).reshape(new Shape(-1, shape.get(1), width));
  }

  /** x [sequences * tokens, heads] as [sequences * heads, tokens]. */
  private static NDArray byHead(NDArray x, int sequences) {
    long heads = x.getShape().get(1);
    NDArray bySequence = x.reshape(new Shape(sequences, -1, heads)).transpose(0, 2, 1);
    return bySequence.reshape(new Shape(sequences * heads, -1));
  }

  /** Rows of length 1. */
  private static NDArray unit(NDArray x) {
    return x.div(x.square().sum(new int[] {-1}, true).add(LENGTH_EPSILON).sqrt());
  }

  private NDArray before(NDManager stage, Optional<RecurrentCache> cache, int sequences) {
    Shape shape = new Shape(sequences, convolution.tokensBefore(), sizes.channels());
    return start(stage, cache.map(RecurrentCache::inputs), shape);
  }

  private NDArray states(NDManager stage, Optional<RecurrentCache> cache, int sequences) {
    Shape shape =
        new Shape((long) sequences * sizes.valueHeads(), sizes.keyDim(), sizes.valueDim());
    return start(stage, cache.map(RecurrentCache::states), shape);
  }

  private static NDArray start(NDManager stage, Optional<NDArray> kept, Shape shape) {
    NDArray start =
        kept.map(NDArray::duplicate).orElseGet(() -> stage.zeros(shape, DataType.FLOAT32));
    start.attach(stage);
    return start;
  }

  private static RecurrentState keep(Optional<NDArray> place) {
    return place
        .<RecurrentState>map(array -> state -> array.set(new NDIndex(":"), state))
        .orElse(RecurrentState.NONE);
  }

  @Override
  public LinearLayer projection() {
    return output;
  }
}
