package dev.pbq.formats.config;

import dev.pbq.core.packed.NumberFormat;
import dev.pbq.formats.arithmetic.BlockShape;

/**
 * The format of one operand, as a section of a configuration gives it.
 *
 * @param blocks {@link BlockShape#WHOLE} where the format's blocks share nothing
 */
record OperandSpec(NumberFormat format, BlockShape blocks) {}
