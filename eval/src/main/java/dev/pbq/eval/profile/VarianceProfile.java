package dev.pbq.eval.profile;

import java.util.List;

/**
 * The variances of a model, by block and then in the order in which a block computes.
 *
 * @param activations over all values of all windows
 * @param weights unbiased, over each whole tensor
 */
public record VarianceProfile(List<VarianceEntry> activations, List<VarianceEntry> weights) {
  public VarianceProfile {
    activations = List.copyOf(activations);
    weights = List.copyOf(weights);
  }
}
