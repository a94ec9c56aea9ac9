package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import dev.pbq.core.model.LinearProduct;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.train.layer.Adapter;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One adapter in the engine. In training the product is x base^T + bias + dropout(x) A B; otherwise
 * the weight holds the adapter already, as it is stored.
 */
final class AdapterProduct implements LinearProduct {
  /** Numbers of a mask that follow from one seed. */
  private static final int PIECE = 1 << 16;

  private static final double RANGE = 0x1p32;

  private final Adapter adapter;
  private final long number;
  private final NDArray a;
  private final NDArray b;
  private boolean training;
  private long noise;

  /**
   * @param owner gets A and B
   * @param number of the linear in the model: no two drop the same inputs
   */
  AdapterProduct(NDManager owner, Adapter adapter, long rows, long cols, long number) {
    this.adapter = adapter;
    this.number = number;
    this.a = owner.zeros(new Shape(cols, adapter.rank()), DataType.FLOAT32);
    this.b = owner.zeros(new Shape(adapter.rank(), rows), DataType.FLOAT32);
    a.setRequiresGradient(true);
    b.setRequiresGradient(true);
  }

  /** Computes as in training, with the random numbers that follow from this one, until told. */
  void train(long number) {
    training = true;
    noise = number;
  }

  void evaluate() {
    training = false;
  }

  @Override
  public NDArray apply(NDArray x, NDArray weight, Optional<NDArray> bias) {
    NDArray y = Linear.linear(x, weight, bias.orElse(null)).singletonOrThrow();
    if (!training) {
      return y;
    }
    try (NDArray plain = y;
        NDArray input = dropped(x);
        NDArray narrow = input.matMul(a);
        NDArray low = narrow.matMul(b)) {
      return plain.add(low);
    }
  }

  private NDArray dropped(NDArray x) {
    if (adapter.dropout() == 0) {
      return x.reshape(x.getShape());
    }
    try (NDArray mask = x.getManager().create(x.getShape(), DataType.FLOAT32)) {
      EngineFloats.write(mask, this::fill);
      return x.mul(mask);
    }
  }

  private void fill(FloatBuffer mask) {
    double dropout = adapter.dropout();
    long below = (long) (dropout * RANGE);
    float kept = (float) (1 / (1 - dropout));
    long seed = noise + number * 0xd1342543de82ef95L;
    Parallel.forEachRange(
        mask.capacity(),
        PIECE,
        (from, to) -> {
          SplittableRandom random = new SplittableRandom(seed + from * 0x9e3779b97f4a7c15L);
          for (int i = from; i < to; i++) {
            mask.put(i, Integer.toUnsignedLong(random.nextInt()) < below ? 0 : kept);
          }
        });
  }

  /** Takes the current A and B into use. */
  void refresh() {
    float[] usedA = new float[(int) a.size()];
    float[] usedB = new float[(int) b.size()];
    adapter.use(usedA, usedB);
    EngineFloats.write(a, buffer -> buffer.put(0, usedA));
    EngineFloats.write(b, buffer -> buffer.put(0, usedB));
  }

  /** Hands the engine's gradients on and sets the engine's to zero. */
  void takeGradients() {
    adapter.propagate(taken(a), taken(b));
  }

  private static float[] taken(NDArray array) {
    try (NDArray gradient = array.getGradient()) {
      return EngineFloats.take(gradient);
    }
  }
}
