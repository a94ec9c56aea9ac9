package dev.pbq.core.pipeline;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.pbq.core.packed.BitKind;
import java.util.Map;
import java.util.Objects;

/**
 * The result of quantizing one linear, for the journal and the report.
 *
 * @param name full name without {@code .weight}
 * @param block its block, or {@link #OUTSIDE}
 * @param method the method's name
 * @param rows outputs; of a table the vocabulary
 * @param cols inputs
 * @param relativeError with calibration ||(W - Q) X||^2 / ||W X||^2 over the calibration tokens,
 *     without ||W - Q||^2 / ||W||^2
 * @param errorMetric {@code output} or {@code weight}, accordingly
 * @param paperBits bits per weight as the method's paper counts them
 * @param storedBits all stored bits
 * @param bits stored bits by kind
 * @param diagnostics the method's own figures
 * @param seconds wall time
 */
public record LinearOutcome(
    String name,
    int block,
    String method,
    int rows,
    int cols,
    double relativeError,
    String errorMetric,
    double paperBits,
    long storedBits,
    Map<BitKind, Long> bits,
    Map<String, Double> diagnostics,
    double seconds) {
  /** The block of what stands outside of the blocks: embedding and head. */
  public static final int OUTSIDE = -1;

  public LinearOutcome {
    Objects.requireNonNull(name);
    Objects.requireNonNull(method);
    Objects.requireNonNull(errorMetric);
    bits.values().forEach(Objects::requireNonNull);
    diagnostics.values().forEach(Objects::requireNonNull);
    if (rows < 1 || cols < 1) {
      throw new IllegalArgumentException(rows + " x " + cols + " is no shape");
    }
  }

  /** Whether it is a table outside of the blocks. */
  @JsonIgnore
  public boolean isOutside() {
    return block == OUTSIDE;
  }

  /** Whether its error is that of outputs on calibration tokens. */
  @JsonIgnore
  public boolean isCalibrated() {
    return errorMetric.equals("output");
  }

  /** Stored bits per weight. */
  public double bitsPerWeight() {
    return (double) storedBits / ((long) rows * cols);
  }
}
