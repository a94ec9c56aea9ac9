package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.pbq.core.PbqException;

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
  public float[][] logits(NDArray hidden) {
    OwnedArrays.stopGradients();
    Shape shape = hidden.getShape();
    if (shape.dimension() != 3) {
      throw new IllegalArgumentException("a head needs [sequences, tokens, hidden], not " + shape);
    }
    int sequences = Math.toIntExact(shape.get(0));
    float[] flat;
    try (NDManager stage = hidden.getManager().newSubManager()) {
      NDArray first = HostArrays.slice(hidden, 1, 0, 1);
      first.attach(stage);
      NDArray raw = pooler.apply(first.reshape(new Shape(sequences, shape.get(2))));
      NDArray pooled = relu ? Activation.relu(raw) : raw.tanh();
      flat = classifier.apply(pooled).toFloatArray();
    }
    int labels = flat.length / sequences;
    float[][] logits = new float[sequences][labels];
    for (int i = 0; i < flat.length; i++) {
      if (!Float.isFinite(flat[i])) {
        throw PbqException.numerical("a logit of the classifier is " + flat[i]);
      }
      logits[i / labels][i % labels] = flat[i];
    }
    return logits;
  }

  @Override
  public void close() {
    owner.close();
  }
}
