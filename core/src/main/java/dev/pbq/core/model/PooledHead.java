package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.List;

/**
 * The head for sequence classification of BERT: classifier(tanh(pooler(first token))). DistilBERT
 * has relu in the place of tanh.
 */
final class PooledHead implements ClassificationHead {
  private final NDManager owner;
  private final LinearLayer pooler;
  private final boolean relu;
  private final LinearLayer classifier;

  /**
   * @param owner of all weights; closed with the head
   */
  PooledHead(NDManager owner, LinearLayer pooler, boolean relu, LinearLayer classifier) {
    this.owner = owner;
    this.pooler = pooler;
    this.relu = relu;
    this.classifier = classifier;
  }

  @Override
  public NDArray recordLogits(NDArray hidden, int[] lengths) {
    Shape shape = hidden.getShape();
    if (shape.dimension() != 3) {
      throw new IllegalArgumentException("a head needs [sequences, tokens, hidden], not " + shape);
    }
    NDManager manager = hidden.getManager();
    try (NDManager stage = manager.newSubManager()) {
      NDArray first = HostArrays.slice(hidden, 1, 0, 1);
      first.attach(stage);
      NDArray raw = pooler.apply(first.reshape(new Shape(shape.get(0), shape.get(2))));
      NDArray pooled = relu ? Activation.relu(raw) : raw.tanh();
      NDArray logits = classifier.apply(pooled);
      logits.attach(manager);
      return logits;
    }
  }

  @Override
  public List<NDArray> weights() {
    return OwnedArrays.named(owner);
  }

  @Override
  public void close() {
    owner.close();
  }
}
