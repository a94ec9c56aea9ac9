package dev.pbq.workflow.recipe;

import dev.pbq.core.pipeline.CorrectionSettings;
import dev.pbq.core.pipeline.Targets;
import java.util.List;
import java.util.Optional;

/**
 * The part of a recipe about layers: which are quantized, and with which other settings.
 *
 * @param choice which are quantized
 * @param overrides for some of them, in order
 * @param trueSequential whether the layers of a block are calibrated one input after the other
 * @param targets what calibrated layers are fitted to; with those of the quantized model they are
 *     calibrated one input after the other in any case
 * @param blockwise what is left of a block is trained after each input, if at all
 * @param vocabulary what becomes of embedding and head
 * @param allocation how bits are shared among layers
 */
public record LayerPlan(
    LayerChoice choice,
    List<LayerOverride> overrides,
    boolean trueSequential,
    Targets targets,
    Optional<CorrectionSettings> blockwise,
    VocabularyChoice vocabulary,
    AllocationChoice allocation) {
  /** All layers alike, a block at once. */
  public static final LayerPlan ALL =
      new LayerPlan(
          LayerChoice.ALL,
          List.of(),
          false,
          Targets.ORIGINAL,
          Optional.empty(),
          VocabularyChoice.NONE,
          AllocationChoice.NONE);

  public LayerPlan {
    overrides = List.copyOf(overrides);
  }

  LayerPlan with(LayerChoice other, List<LayerOverride> exceptions) {
    return new LayerPlan(
        other, exceptions, trueSequential, targets, blockwise, vocabulary, allocation);
  }

  LayerPlan with(boolean sequential, Targets other) {
    return new LayerPlan(choice, overrides, sequential, other, blockwise, vocabulary, allocation);
  }

  LayerPlan with(Optional<CorrectionSettings> other) {
    return new LayerPlan(choice, overrides, trueSequential, targets, other, vocabulary, allocation);
  }

  LayerPlan with(VocabularyChoice other) {
    return new LayerPlan(choice, overrides, trueSequential, targets, blockwise, other, allocation);
  }

  LayerPlan with(AllocationChoice other) {
    return new LayerPlan(choice, overrides, trueSequential, targets, blockwise, vocabulary, other);
  }
}
