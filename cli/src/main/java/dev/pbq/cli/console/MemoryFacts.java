package dev.pbq.cli.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.search.density.BlockOperations;
import dev.pbq.search.density.Density;
import dev.pbq.search.density.DensityProfile;

/** Memory density of a model under a configuration, as {@code inspect} shows it. */
public final class MemoryFacts {
  private MemoryFacts() {}

  /**
   * Adds the figures.
   *
   * @param tokens of the sequence whose activations are counted
   */
  public static void put(ObjectNode facts, TransformerModel model, ActFormat format, int tokens) {
    ModelFormats formats = format.resolve(model);
    Density density =
        new DensityProfile(formats, tokens).of(BlockOperations.of(model, formats.architecture()));
    facts.put("configuration", format.label());
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
