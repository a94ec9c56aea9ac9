package dev.pbq.formats.config;

import dev.pbq.formats.arithmetic.TensorFormat;
import java.util.Map;
import java.util.Optional;

/**
 * The formats of one operation; an operand without one is left in full precision.
 *
 * @param where the section that they come from, for messages
 * @param bypass whether the whole operation is left in full precision
 * @param formats by operand
 */
public record OperationFormats(
    String where, boolean bypass, Map<OperandRole, TensorFormat> formats) {
  public OperationFormats {
    formats = Map.copyOf(formats);
  }

  /** The format of an operand. */
  public Optional<TensorFormat> of(OperandRole role) {
    return Optional.ofNullable(formats.get(role));
  }
}
