package dev.pbq.train.method;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Optional;

/**
 * A linear of the original model.
 *
 * @param name its full name
 * @param isAttention whether it is part of attention, and not of an MLP
 * @param weight [rows, cols]; not to be changed
 * @param bias [rows], if the model has one
 * @param seed of what starts at random
 */
public record OriginalLinear(
    String name, boolean isAttention, FloatMatrix weight, Optional<float[]> bias, long seed) {}
