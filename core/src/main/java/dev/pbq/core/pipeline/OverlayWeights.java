package dev.pbq.core.pipeline;

import dev.pbq.core.packed.PackedRows;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint in which some linears are replaced by their quantized form, dequantized when read,
 * and others by trained weights: what a finished block is propagated with, and a half-finished one
 * calibrated with.
 */
public final class OverlayWeights implements WeightSource {
  private static final String SUFFIX = ".weight";

  private final WeightSource base;
  private final Map<String, QuantizedLinear> quantized;
  private final Map<String, FloatMatrix> trained;

  /** Large tensors are read in pieces. */
  private volatile Optional<PackedRows> last = Optional.empty();

  /**
   * Lays linears over others.
   *
   * @param base lent
   * @param quantized by linear
   * @param trained [outputs, inputs], by linear
   */
  public OverlayWeights(
      WeightSource base, Map<String, QuantizedLinear> quantized, Map<String, FloatMatrix> trained) {
    this.base = base;
    this.quantized = Map.copyOf(quantized);
    this.trained = Map.copyOf(trained);
  }

  @Override
  public boolean contains(String name) {
    return replaced(name).isPresent() || base.contains(name);
  }

  @Override
  public boolean holdsLinear(String linear) {
    return quantized.containsKey(linear) || trained.containsKey(linear) || base.holdsLinear(linear);
  }

  @Override
  public LinearForm form(String linear) {
    QuantizedLinear layer = quantized.get(linear);
    return layer == null ? base.form(linear) : layer.form();
  }

  @Override
  public long[] shape(String name) {
    Optional<String> linear = replaced(name);
    if (linear.isEmpty()) {
      return base.shape(name);
    }
    FloatMatrix weight = trained.get(linear.get());
    if (weight != null) {
      return new long[] {weight.rows(), weight.cols()};
    }
    QuantizedLinear layer = quantized.get(linear.get());
    return new long[] {layer.rows(), layer.cols()};
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    Optional<String> found = replaced(name);
    if (found.isEmpty()) {
      base.readRows(name, firstRow, rowCount, destination);
      return;
    }
    FloatMatrix weight = trained.get(found.get());
    if (weight != null) {
      destination.put(
          weight.data(),
          Math.toIntExact(firstRow * weight.cols()),
          Math.toIntExact(rowCount * weight.cols()));
      return;
    }
    QuantizedLinear linear = quantized.get(found.get());
    if (rowCount == linear.rows()) {
      destination.put(linear.dequantize().data());
    } else {
      rows(linear).read(firstRow, rowCount, destination);
    }
  }

  /** The replaced linear whose weight has this name. */
  private Optional<String> replaced(String name) {
    return name.endsWith(SUFFIX)
        ? Optional.of(name.substring(0, name.length() - SUFFIX.length()))
            .filter(linear -> quantized.containsKey(linear) || trained.containsKey(linear))
        : Optional.empty();
  }

  private PackedRows rows(QuantizedLinear linear) {
    Optional<PackedRows> recent = last;
    if (recent.isPresent() && recent.get().layer() == linear) {
      return recent.get();
    }
    PackedRows rows = PackedRows.of(linear);
    last = Optional.of(rows);
    return rows;
  }
}
