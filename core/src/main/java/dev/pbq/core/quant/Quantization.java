package dev.pbq.core.quant;

import dev.pbq.core.packed.QuantizedLinear;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a quantizer returns: the layer as it will be stored, and figures for the report.
 *
 * @param linear the quantized layer
 * @param diagnostics named figures in a stable order, e.g. {@code loss} (half the trace of D H D^T,
 *     as the references print it), {@code damping} (the share of the mean diagonal that was needed)
 * @param paperBits bits per weight as the method's paper counts them, where that depends on the
 *     weights; otherwise {@link Quantizer#paperBits} holds
 */
public record Quantization(
    QuantizedLinear linear, Map<String, Double> diagnostics, OptionalDouble paperBits) {
  public Quantization {
    diagnostics = Collections.unmodifiableMap(new LinkedHashMap<>(diagnostics));
    Objects.requireNonNull(paperBits, "paperBits");
  }

  /** The result of a method whose paper counts the same bits for every layer of a shape. */
  public Quantization(QuantizedLinear linear, Map<String, Double> diagnostics) {
    this(linear, diagnostics, OptionalDouble.empty());
  }
}
