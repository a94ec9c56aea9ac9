package dev.pbq.core.quant;

import dev.pbq.core.packed.QuantizedLinear;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a quantizer returns: the layer as it will be stored, and figures for the report.
 *
 * @param linear the quantized layer
 * @param diagnostics named figures in a stable order, e.g. {@code loss} (half the trace of D H D^T,
 *     as the references print it), {@code damping} (the share of the mean diagonal that was needed)
 */
public record Quantization(QuantizedLinear linear, Map<String, Double> diagnostics) {
  public Quantization {
    diagnostics = Collections.unmodifiableMap(new LinkedHashMap<>(diagnostics));
  }
}
