package dev.pbq.search.density;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.formats.config.ModelFormats;

/** Memory density of a model under a configuration, as figures with names. */
public final class MemoryFacts {
  private MemoryFacts() {}

  /**
   * Adds the figures.
   *
   * @param label name of the configuration
   * @param formats the configuration, for this model
   * @param tokens of the sequence whose activations are counted
   */
  public static void put(
      ObjectNode facts, TransformerModel model, String label, ModelFormats formats, int tokens) {
    Density density =
        new DensityProfile(formats, tokens).of(BlockOperations.of(model, formats.architecture()));
    facts.put("configuration", label);
    facts.put("tokens", tokens);
    facts.put("memory_density", density.memoryDensity());
    facts.put("average_bits", density.averageBits());
    facts.put("parameters", density.parameters());
    facts.put("parameter_bits", density.parameterBits());
    facts.put("activations", density.activations());
    facts.put("activation_bits", density.activationBits());
    facts.put("flops", density.flops());
  }
}
