package dev.pbq.formats.config;

import dev.pbq.core.packed.NumberFormat;
import dev.pbq.formats.arithmetic.BlockShape;

/**
 * What a section says of one operand.
 *
 * @param blocks {@link BlockShape#WHOLE} where the format's blocks share nothing
 */
record OperandSpec(NumberFormat format, BlockShape blocks) {}
