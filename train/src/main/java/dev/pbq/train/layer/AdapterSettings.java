package dev.pbq.train.layer;

import dev.pbq.core.packed.ScaleDtype;

/**
 * What shapes the adapter of one layer.
 *
 * @param rank r
 * @param factor on A B, alpha / r
 * @param bound of A's uniform start: between minus and plus this
 * @param dropout share of the adapter's inputs that are set to 0 in training
 * @param dtype how A, B and bias are stored
 * @param mergeZero whether the base's zero points move into the adapter, whose rank grows by one
 */
public record AdapterSettings(
    int rank, double factor, double bound, double dropout, ScaleDtype dtype, boolean mergeZero) {}
