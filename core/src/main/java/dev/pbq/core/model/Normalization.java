package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.LayerNorm;

/** Normalizes each row of x [rows, features] into a new array of x's manager. */
sealed interface Normalization {
  /** OPT's, which its configuration does not name. */
  double LAYER_EPSILON = 1e-5;

  NDArray apply(NDArray x);

  /**
   * x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich, 2019).
   *
   * @param weight as the checkpoint has it
   * @param plusOne whether the factor is the weight plus one
   * @param epsilon a scalar array
   */
  record RootMeanSquare(NDArray weight, boolean plusOne, NDArray epsilon) implements Normalization {
    @Override
    public NDArray apply(NDArray x) {
      NDArray normed = normed(x);
      if (!plusOne) {
        return normed.muli(weight);
      }
      try (NDArray factor = weight.add(1f)) {
        return normed.muli(factor);
      }
    }

    private NDArray normed(NDArray x) {
      NDArray mean;
      try (NDArray square = x.square()) {
        mean = square.mean(new int[] {-1}, true);
      }
      try (NDArray variance = mean;
          NDArray root = variance.addi(epsilon).sqrt()) {
        return x.div(root);
      }
    }
  }

  /** (x - mean) / sqrt(variance + epsilon) * weight + bias. */
  record Layer(NDArray weight, NDArray bias, float epsilon) implements Normalization {
    @Override
    public NDArray apply(NDArray x) {
      return LayerNorm.layerNorm(x, weight.getShape(), weight, bias, epsilon).singletonOrThrow();
    }
  }

  /** An RMSNorm with the weight {@code name + ".weight"}. */
  static Normalization rootMeanSquare(WeightLoader loader, String name, double epsilon) {
    return rootMeanSquare(loader.owner(), loader.load(name + ".weight"), epsilon);
  }

  /** An RMSNorm with a weight that is loaded already. */
  static Normalization rootMeanSquare(NDManager owner, NDArray weight, double epsilon) {
    return new RootMeanSquare(weight, false, HostArrays.scalar(owner, epsilon));
  }

  /** An RMSNorm whose factor is the weight plus one. */
  static Normalization plusOne(WeightLoader loader, String name, double epsilon) {
    return new RootMeanSquare(
        loader.load(name + ".weight"), true, HostArrays.scalar(loader.owner(), epsilon));
  }

  /** A layer norm with weight and bias. */
  static Normalization layer(WeightLoader loader, String name, double epsilon) {
    return new Layer(loader.load(name + ".weight"), loader.load(name + ".bias"), (float) epsilon);
  }

  /**
   * A layer norm with epsilon 1e-5; one without weight and bias in the checkpoint has ones and
   * zeros.
   */
  static Normalization layer(WeightLoader loader, String name, boolean affine, long features) {
    if (affine) {
      return layer(loader, name, LAYER_EPSILON);
    }
    NDManager owner = loader.owner();
    Shape shape = new Shape(features);
    return new Layer(
        owner.ones(shape, DataType.FLOAT32),
        owner.zeros(shape, DataType.FLOAT32),
        (float) LAYER_EPSILON);
  }
}
