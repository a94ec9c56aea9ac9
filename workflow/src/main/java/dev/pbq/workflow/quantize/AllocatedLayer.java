package dev.pbq.workflow.quantize;

import dev.pbq.core.quant.Quantizer;
import java.util.Map;
import java.util.function.Function;

/**
 * A linear, or a table outside of the blocks, that bits are to be found for.
 *
 * @param name full name without {@code .weight}
 * @param rows outputs; of a table the vocabulary
 * @param cols inputs
 * @param planned its method before bits are shared
 * @param isContinuous whether its method takes any number of bits
 * @param widths those to choose from where it does not, increasing, as its method has them
 * @param at its method with so many bits
 */
record AllocatedLayer(
    String name,
    int rows,
    int cols,
    Quantizer planned,
    boolean isContinuous,
    Map<Double, String> widths,
    Function<String, Quantizer> at) {
  long weights() {
    return (long) rows * cols;
  }

  /** Bits that it takes as planned. */
  long plannedBits() {
    return planned.estimateStoredBits(rows, cols);
  }

  /** Bits that it takes with a value of its method's setting. */
  long bits(String value) {
    return at.apply(value).estimateStoredBits(rows, cols);
  }

  /**
   * Refuses a value that its shape does not allow.
   *
   * @throws dev.pbq.core.PbqException USAGE naming it
   */
  void checkFits(String value) {
    at.apply(value).checkFits(name, rows, cols);
  }
}
