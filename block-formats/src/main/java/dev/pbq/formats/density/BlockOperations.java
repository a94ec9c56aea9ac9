package dev.pbq.formats.density;

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

  /**
   * A linear layer.
   *
   * @param path in the architecture's names, e.g. {@code self_attn.q_proj}
   */
  public record LinearShape(String path, int inputs, int outputs, boolean bias) {}
}
