package dev.pbq.core.pipeline;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint in which some linears are replaced by their quantized form, dequantized when read:
 * what a finished block is propagated with, and a half-finished one calibrated with.
 */
final class OverlayWeights implements WeightSource {
  private static final String SUFFIX = ".weight";

  private final WeightSource base;
  private final Map<String, QuantizedLinear> quantized;

  /** Large tensors are read in pieces, and dequantizing gives whole ones. */
  private volatile Optional<Dequantized> last = Optional.empty();

  private record Dequantized(QuantizedLinear linear, FloatMatrix weight) {}

  OverlayWeights(WeightSource base, Map<String, QuantizedLinear> quantized) {
    this.base = base;
    this.quantized = Map.copyOf(quantized);
  }

  @Override
  public boolean contains(String name) {
    return linear(name).isPresent() || base.contains(name);
  }

  @Override
  public boolean holdsLinear(String linear) {
    return quantized.containsKey(linear) || base.holdsLinear(linear);
  }

  @Override
  public LinearForm form(String linear) {
    QuantizedLinear layer = quantized.get(linear);
    return layer == null ? base.form(linear) : layer.form();
  }

  @Override
  public long[] shape(String name) {
    return linear(name)
        .map(linear -> new long[] {linear.rows(), linear.cols()})
        .orElseGet(() -> base.shape(name));
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    Optional<QuantizedLinear> found = linear(name);
    if (found.isEmpty()) {
      base.readRows(name, firstRow, rowCount, destination);
      return;
    }
    QuantizedLinear linear = found.get();
    boolean whole = rowCount == linear.rows();
    FloatMatrix weight = whole ? linear.dequantize() : inPieces(linear);
    destination.put(
        weight.data(),
        Math.toIntExact(firstRow * weight.cols()),
        Math.toIntExact(rowCount * weight.cols()));
  }

  private Optional<QuantizedLinear> linear(String name) {
    return name.endsWith(SUFFIX)
        ? Optional.ofNullable(quantized.get(name.substring(0, name.length() - SUFFIX.length())))
        : Optional.empty();
  }

  private FloatMatrix inPieces(QuantizedLinear linear) {
    Optional<Dequantized> recent = last;
    if (recent.isPresent() && recent.get().linear() == linear) {
      return recent.get().weight();
    }
    FloatMatrix weight = linear.dequantize();
    last = Optional.of(new Dequantized(linear, weight));
    return weight;
  }
}
