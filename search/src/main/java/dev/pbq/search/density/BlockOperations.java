package dev.pbq.search.density;

import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.formats.config.Architecture;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The products of one block with their sizes.
 *
 * @param linears in the order of the model
 * @param heads how often each product of attention is computed: once for every head of queries
 * @param headDim width of a head
 */
public record BlockOperations(List<LinearShape> linears, int heads, int headDim) {
  public BlockOperations {
    linears = List.copyOf(linears);
  }

  /** The operations of one block of a model; all are alike. */
  public static BlockOperations of(TransformerModel model, Architecture architecture) {
    String block = model.blockPrefix(0);
    Set<String> tensors = new HashSet<>(model.requiredTensors());
    List<LinearShape> linears = new ArrayList<>();
    for (LinearInput input : model.linearInputs(0)) {
      for (String linear : input.linears()) {
        int[] shape = model.linearShape(linear);
        linears.add(
            new LinearShape(
                architecture.path(linear.substring(block.length() + 1)),
                shape[1],
                shape[0],
                tensors.contains(linear + ".bias")));
      }
    }
    AttentionShape heads = model.attention();
    return new BlockOperations(linears, heads.heads(), heads.headDim());
  }

  /**
   * A linear layer.
   *
   * @param path in the architecture's names, e.g. {@code self_attn.q_proj}
   */
  public record LinearShape(String path, int inputs, int outputs, boolean bias) {}
}
