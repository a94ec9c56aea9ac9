package dev.pbq.search.density;

import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.formats.config.Architecture;
import java.util.ArrayList;
import java.util.List;

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
    List<LinearShape> linears = new ArrayList<>();
    for (LinearInput input : model.linearInputs(0)) {
      for (Linear linear : input.linears()) {
        linears.add(
            new LinearShape(
                architecture.path(linear.role()), linear.cols(), linear.rows(), linear.bias()));
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
