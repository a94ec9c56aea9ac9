package dev.pbq.core.linalg;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Optional;

/**
 * The result of a {@link ColumnSweep}.
 *
 * @param codes [rows * cols], row-major, in the weight's own column order
 * @param values the quantized weights [rows, cols] likewise, if the plan keeps them
 * @param loss half the sum of the squared compensation errors, which is half the trace of D H_d D^T
 *     with D the change of the weights (dead columns taken as zero) and H_d the damped Hessian; 0
 *     without compensation
 */
public record SweepResult(byte[] codes, Optional<FloatMatrix> values, double loss) {}
