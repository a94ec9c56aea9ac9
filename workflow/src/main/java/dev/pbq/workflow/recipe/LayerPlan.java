package dev.pbq.workflow.recipe;

import java.util.List;

/**
 * The part of a recipe about layers: which are quantized, and with which other settings.
 *
 * @param choice which are quantized
 * @param overrides for some of them, in order
 * @param trueSequential whether the layers of a block are calibrated one input after the other
 */
public record LayerPlan(LayerChoice choice, List<LayerOverride> overrides, boolean trueSequential) {
  /** All layers alike, a block at once. */
  public static final LayerPlan ALL = new LayerPlan(LayerChoice.ALL, List.of(), false);

  public LayerPlan {
    overrides = List.copyOf(overrides);
  }
}
