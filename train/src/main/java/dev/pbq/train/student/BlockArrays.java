package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.parallel.Parallel;
import java.util.List;

/**
 * The engine's arrays of what is trained in blocks and head, each a whole tensor of its own: values
 * go into them and gradients come out.
 */
final class BlockArrays {
  private final TrainedWeights trained;
  private final List<NDArray> arrays;
  private final RoundedBiases biases;

  /**
   * Takes the arrays that are trained.
   *
   * @param weights of blocks and head, each named as its tensor; lent
   */
  BlockArrays(
      TrainedWeights trained, List<NDArray> weights, ModelLayout layout, ProductOperands operands) {
    this.trained = trained;
    this.arrays = weights.stream().filter(array -> trained.contains(array.getName())).toList();
    this.biases = new RoundedBiases(arrays, layout, operands);
    arrays.forEach(array -> array.setRequiresGradient(true));
  }

  /** Takes the current values into use, as they are stored. */
  void use() {
    write(false);
  }

  /** Takes the current values into use, as gradients are computed with them. */
  void learn() {
    write(true);
  }

  private void write(boolean learning) {
    Parallel.forEach(
        arrays.size(),
        i -> {
          String tensor = arrays.get(i).getName();
          EngineFloats.write(
              arrays.get(i),
              buffer -> {
                trained.fill(tensor, buffer, learning);
                biases.round(tensor, buffer);
              });
        });
  }

  /** Sets the gradients of what is trained from all batches since the last call. */
  void takeGradients() {
    trained.takeGradients(arrays);
  }
}
