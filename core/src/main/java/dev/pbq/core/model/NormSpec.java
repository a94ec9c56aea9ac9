package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * How a family norms.
 *
 * @param epsilon added to the mean square, or to the variance
 */
record NormSpec(Kind kind, double epsilon) {
  /** The kinds of norms. */
  enum Kind {
    /** Divided by the root mean square, times a weight. */
    RMS,
    /** As {@link #RMS}, but the factor is the weight plus one. */
    RMS_PLUS_ONE,
    /** Mean taken away, divided by the standard deviation, times a weight, plus a bias. */
    LAYER,
    /** As {@link #LAYER}, without a bias. */
    LAYER_WITHOUT_BIAS
  }

  NormTensors tensors() {
    return kind == Kind.LAYER ? NormTensors.WEIGHT_AND_BIAS : NormTensors.WEIGHT;
  }

  /** Loads a norm with the weight {@code name + ".weight"}. */
  Normalization load(WeightLoader loader, String name) {
    return switch (kind) {
      case RMS -> Normalization.rootMeanSquare(loader, name, epsilon);
      case RMS_PLUS_ONE -> Normalization.plusOne(loader, name, epsilon);
      case LAYER -> Normalization.layer(loader, name, epsilon);
      case LAYER_WITHOUT_BIAS -> {
        NDArray weight = loader.load(name + ".weight");
        NDArray zero = loader.owner().zeros(weight.getShape(), DataType.FLOAT32);
        yield new Normalization.Layer(weight, zero, (float) epsilon);
      }
    };
  }

  /** A norm without a weight: what stands before it in {@link #load}. */
  Normalization plain(WeightLoader loader, int width) {
    NDArray one = loader.owner().ones(new Shape(width), DataType.FLOAT32);
    if (kind == Kind.RMS || kind == Kind.RMS_PLUS_ONE) {
      return Normalization.rootMeanSquare(loader.owner(), one, epsilon);
    }
    NDArray zero = loader.owner().zeros(one.getShape(), DataType.FLOAT32);
    return new Normalization.Layer(one, zero, (float) epsilon);
  }

  /** As {@link #load}, in words. */
  DecoderOutline.Norm outline(String name, int width) {
    List<String> biases = kind == Kind.LAYER ? List.of(name + ".bias") : List.of();
    DecoderOutline.NormKind outlined =
        switch (kind) {
          case RMS -> DecoderOutline.NormKind.RMS;
          case RMS_PLUS_ONE -> DecoderOutline.NormKind.RMS_PLUS_ONE;
          case LAYER, LAYER_WITHOUT_BIAS -> DecoderOutline.NormKind.LAYER;
        };
    return new DecoderOutline.Norm(outlined, epsilon, width, List.of(name + ".weight"), biases);
  }

  /** As {@link #plain}, times weights, in words. */
  DecoderOutline.Norm plainOutline(int width, List<String> weights) {
    boolean rms = kind == Kind.RMS || kind == Kind.RMS_PLUS_ONE;
    return new DecoderOutline.Norm(
        rms ? DecoderOutline.NormKind.RMS : DecoderOutline.NormKind.LAYER,
        epsilon,
        width,
        weights,
        List.of());
  }
}
