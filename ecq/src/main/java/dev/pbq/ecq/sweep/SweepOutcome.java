package dev.pbq.ecq.sweep;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.packed.ColumnSteps;

/**
 * What a sweep chose.
 *
 * @param codes integer codes
 * @param steps as they are stored
 * @param loss trace(E H_d E^T) of the errors E that are left; NaN if a weight was too large for any
 *     code
 * @param counts how often each magnitude occurred in each context
 * @param largest the largest |k|
 */
public record SweepOutcome(
    Codes codes, ColumnSteps steps, double loss, long[] counts, int largest) {}
