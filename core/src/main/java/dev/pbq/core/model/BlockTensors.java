package dev.pbq.core.model;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The norms and linears of all blocks of one model: its family's {@link BlockLayout} with the
 * shapes and biases of its configuration. All blocks are alike.
 *
 * @param biased roles of the linears that have a bias
 * @param normTensors which tensors the norms have
 */
record BlockTensors(
    BlockLayout layout, ModelSizes sizes, Set<Role> biased, NormTensors normTensors) {
  BlockTensors {
    biased = Set.copyOf(biased);
  }

  /**
   * What the full names of a block's tensors begin with, without the dot behind it.
   *
   * @throws IndexOutOfBoundsException if there is no such block
   */
  String prefix(int block) {
    return layout.prefix() + "." + Objects.checkIndex(block, sizes.blocks());
  }

  /** The inputs of a block in the order in which it computes them. */
  List<LinearInput> inputs(int block) {
    return layout.inputs().stream().map(part -> input(part, block)).toList();
  }

  /** One input of a block. */
  LinearInput input(BlockLayout.InputPart part, int block) {
    String prefix = prefix(block) + ".";
    List<Linear> linears =
        part.linears().stream()
            .map(
                l ->
                    new Linear(
                        prefix + l.path(),
                        block,
                        l.role(),
                        sizes.rows(l.role()),
                        sizes.cols(l.role()),
                        biased.contains(l.role())))
            .toList();
    return new LinearInput(prefix + part.path(), linears, linears.get(0).cols());
  }

  /** The norms of a block, in its order. */
  List<BlockNorm> norms(int block) {
    String prefix = prefix(block) + ".";
    return layout.norms().stream()
        .map(norm -> new BlockNorm(prefix + norm.path(), block, norm.role()))
        .toList();
  }

  /** What every block consists of. */
  List<BlockParts> all() {
    return IntStream.range(0, sizes.blocks())
        .mapToObj(block -> new BlockParts(prefix(block), inputs(block), norms(block), List.of()))
        .toList();
  }

  /** Adds all tensors of all blocks to a catalogue. */
  void addTo(TensorCatalog catalog) {
    for (int block = 0; block < sizes.blocks(); block++) {
      for (BlockLayout.Part part : layout.parts()) {
        part.addTo(catalog, this, block);
      }
    }
  }
}
