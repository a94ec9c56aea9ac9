package dev.pbq.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.density.BlockOperations;
import dev.pbq.formats.density.Density;
import dev.pbq.formats.density.DensityProfile;
import dev.pbq.formats.model.ActFormat;
import java.util.ArrayList;
import java.util.List;

/** Memory density of a model under a configuration, as {@code inspect} shows it. */
final class MemoryFacts {
  private MemoryFacts() {}

  /**
   * Adds the figures.
   *
   * @param tokens of the sequence whose activations are counted
   */
  static void put(ObjectNode facts, TransformerModel model, ActFormat format, int tokens) {
    ModelFormats formats = format.resolve(model);
    Density density =
        new DensityProfile(formats, tokens).of(operations(model, formats.architecture()));
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

  /** The operations of one layer. */
  static BlockOperations operations(TransformerModel model, Architecture architecture) {
    List<BlockOperations.LinearShape> linears = new ArrayList<>();
    for (LinearInput input : model.linearInputs(0)) {
      for (Linear linear : input.linears()) {
        linears.add(
            new BlockOperations.LinearShape(
                architecture.path(linear.role()), linear.cols(), linear.rows(), linear.bias()));
      }
    }
    AttentionShape heads = model.attention();
    return new BlockOperations(linears, heads.heads(), heads.headDim());
  }
}
