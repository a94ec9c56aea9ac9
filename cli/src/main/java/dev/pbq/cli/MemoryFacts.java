package dev.pbq.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.density.BlockOperations;
import dev.pbq.formats.density.Density;
import dev.pbq.formats.density.DensityProfile;
import dev.pbq.formats.model.ActFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    String block = model.blockPrefix(0);
    Set<String> tensors = new HashSet<>(model.requiredTensors());
    List<BlockOperations.LinearShape> linears = new ArrayList<>();
    for (LinearInput input : model.linearInputs(0)) {
      for (String linear : input.linears()) {
        int[] shape = model.linearShape(linear);
        linears.add(
            new BlockOperations.LinearShape(
                architecture.path(linear.substring(block.length() + 1)),
                shape[1],
                shape[0],
                tensors.contains(linear + ".bias")));
      }
    }
    AttentionShape heads = model.attention();
    return new BlockOperations(linears, heads.heads(), heads.headDim());
  }
}
