package dev.pbq.search.density;

import dev.pbq.formats.config.ModelFormats;

/**
 * Counts the bits of a model under a configuration.
 *
 * @param block the operations of one layer
 * @param tokens of the sequence whose activations count
 */
public record DensityCount(BlockOperations block, int tokens) {
  /** As the reference counts. */
  public Density reference(ModelFormats formats) {
    return new DensityProfile(formats, tokens).of(block);
  }

  /** With right operands of attention products counted at their own width. */
  public Density ownWidths(ModelFormats formats) {
    return DensityProfile.ownWidths(formats, tokens).of(block);
  }
}
