package dev.pbq.train.student;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.pbq.core.model.ClassificationHead;
import dev.pbq.core.model.EncoderBlock;
import dev.pbq.core.model.EncoderClassifier;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A classifier of texts that is trained by cross entropy, as {@link Student} is a causal model. All
 * blocks and the graph of a batch are in memory. Owns its arrays; for one thread at a time.
 */
public final class ClassifierStudent implements AutoCloseable {
  // No token sees padding, so any token of the vocabulary will do.
  private static final int PADDING = 0;

  private final NDManager owner;
  private final OuterArrays embedding;
  private final List<EncoderBlock> blocks = new ArrayList<>();
  private final ClassificationHead head;
  private final BlockArrays arrays;

  /**
   * Loads a model.
   *
   * @param weights of everything that is not trained, and the shapes of the rest; lent
   * @param trained what is trained; shared with the caller
   * @param operands of the blocks' products, but for weights that are trained
   */
  public ClassifierStudent(
      NDManager parent,
      EncoderClassifier model,
      WeightSource weights,
      TrainedWeights trained,
      ProductOperands operands) {
    this.owner = parent.newSubManager();
    WeightSource layers = trained.over(weights);
    ProductOperands products = new SignedInputs(operands, model.layout(), layers);
    for (int b = 0; b < model.blocks(); b++) {
      blocks.add(model.block(owner, layers, b, products));
    }
    this.head = model.head(owner, weights);
    this.embedding = new OuterArrays(owner, model, weights, trained, List.of());
    List<NDArray> whole = new ArrayList<>();
    blocks.forEach(block -> whole.addAll(block.weights()));
    whole.addAll(head.weights());
    this.arrays = new BlockArrays(trained, whole, model.layout(), operands);
    arrays.learn();
  }

  /** Takes the current values of what is trained into use. */
  public void refresh() {
    arrays.learn();
    embedding.refresh();
  }

  /** Sets the gradients of what is trained from all batches since the last call. */
  public void takeGradients() {
    arrays.takeGradients();
    embedding.takeGradients();
  }

  /**
   * Forward and backward; the gradients are added to those of earlier batches. Texts are padded to
   * the longest, and padding is among the neighbours of numbers that are rounded in blocks, as in
   * the original's program.
   *
   * @param texts token ids [texts][tokens]
   * @param labels index of each text's right label
   * @param share factor on the loss: of this batch in the step
   * @return the mean cross entropy in nats, times the share
   */
  public double backward(int[][] texts, int[] labels, double share) {
    int width = Arrays.stream(texts).mapToInt(ids -> ids.length).max().orElseThrow();
    int[][] padded = new int[texts.length][];
    int[] lengths = new int[texts.length];
    for (int i = 0; i < texts.length; i++) {
      lengths[i] = texts[i].length;
      padded[i] = Arrays.copyOf(texts[i], width);
      Arrays.fill(padded[i], lengths[i], width, PADDING);
    }
    try (NDManager step = owner.newSubManager()) {
      NDArray rows = embedding.rows(step, padded);
      double loss;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray hidden = embedding.record(rows);
        for (EncoderBlock block : blocks) {
          hidden = block.record(hidden, lengths);
        }
        NDArray logP = head.recordLogits(hidden, lengths).logSoftmax(-1);
        NDArray right = logP.gather(column(step, labels), 1).mean().neg();
        NDArray shared = right.mul(Objective.scalar(step, share));
        collector.backward(shared);
        loss = shared.getFloat();
      }
      embedding.collect(rows, padded);
      return loss;
    }
  }

  /** int64 [texts, 1]. */
  private static NDArray column(NDManager manager, int[] labels) {
    LongBuffer buffer = LongBuffer.allocate(labels.length);
    for (int label : labels) {
      buffer.put(label);
    }
    return manager.create(buffer.rewind(), new Shape(labels.length, 1), DataType.INT64);
  }

  @Override
  public void close() {
    owner.close();
  }
}
