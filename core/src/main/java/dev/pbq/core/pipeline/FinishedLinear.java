package dev.pbq.core.pipeline;

import dev.pbq.core.packed.QuantizedLinear;

/**
 * A quantized linear and what became of it.
 *
 * @param linear as it will be stored
 * @param outcome for the report
 */
public record FinishedLinear(QuantizedLinear linear, LinearOutcome outcome) {}
