package dev.pbq.core.model;

import java.util.List;

/**
 * The norms and linears of one block of one model, with their shapes.
 *
 * @param prefix what the full names of the block's tensors begin with, without the dot behind it
 * @param inputs inputs of the linears, in the order in which the block computes them
 * @param norms in the order in which the block computes them
 * @param inner the other tensors
 */
record BlockParts(
    String prefix, List<LinearInput> inputs, List<BlockNorm> norms, List<InnerTensor> inner) {
  BlockParts {
    inputs = List.copyOf(inputs);
    norms = List.copyOf(norms);
    inner = List.copyOf(inner);
  }
}
