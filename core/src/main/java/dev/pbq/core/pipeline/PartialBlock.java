package dev.pbq.core.pipeline;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.WeightSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What has become of one block so far: linears that are quantized, and others that are trained. */
final class PartialBlock {
  private final WeightSource original;
  private final Map<String, FinishedLinear> quantized = new LinkedHashMap<>();
  private final Map<String, FloatMatrix> trained = new LinkedHashMap<>();

  PartialBlock(WeightSource original) {
    this.original = original;
  }

  /** The original's weights with what has become of them. */
  WeightSource weights() {
    return new OverlayWeights(original, linears(), trained);
  }

  /** The quantized linears, by name. */
  Map<String, QuantizedLinear> linears() {
    Map<String, QuantizedLinear> linears = new LinkedHashMap<>();
    quantized.forEach((name, result) -> linears.put(name, result.linear()));
    return linears;
  }

  boolean isQuantized(String linear) {
    return quantized.containsKey(linear);
  }

  /** Linears are quantized; what they were trained to be is dropped. */
  void quantized(Map<String, FinishedLinear> results) {
    quantized.putAll(results);
    trained.keySet().removeAll(results.keySet());
  }

  /** A linear that is not quantized has a new weight [outputs, inputs]. */
  void trained(String linear, FloatMatrix weight) {
    trained.put(linear, weight);
  }

  Collection<FinishedLinear> results() {
    return quantized.values();
  }
}
