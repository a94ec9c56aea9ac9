package dev.pbq.core.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model consists of: every tensor with its shape, every linear with its block and role.
 * Follows from the description of the family and one configuration; holds no weights. Immutable.
 */
public final class ModelLayout {
  private final OuterNames outer;
  private final BlockTensors blocks;
  private final TensorCatalog catalog;
  private final Map<String, Linear> linears = new HashMap<>();

  /**
   * @param outer names outside of the blocks
   * @param blocks what the blocks consist of
   * @param catalog all tensors of the model in its order, those of the blocks among them; not
   *     changed any more
   */
  ModelLayout(OuterNames outer, BlockTensors blocks, TensorCatalog catalog) {
    this.outer = outer;
    this.blocks = blocks;
    this.catalog = catalog;
    for (int b = 0; b < blocks.sizes().blocks(); b++) {
      for (LinearInput input : blocks.inputs(b)) {
        input.linears().forEach(l -> linears.put(l.name(), l));
      }
    }
  }

  ModelSizes sizes() {
    return blocks.sizes();
  }

  TensorCatalog catalog() {
    return catalog;
  }

  /** The names of what stands outside of the blocks. */
  public OuterNames outer() {
    return outer;
  }

  /** What the full names of a block's tensors begin with, without the dot behind it. */
  public String blockPrefix(int block) {
    return blocks.prefix(block);
  }

  /** Path of a block's attention, for messages about its products. */
  String attentionPath() {
    return blocks.layout().attention();
  }

  /** The inputs of a block's linears, in the order in which the block computes them. */
  public List<LinearInput> linearInputs(int block) {
    return blocks.inputs(block);
  }

  /** The norms of a block, in the order in which the block computes them. */
  public List<BlockNorm> norms(int block) {
    return blocks.norms(block);
  }

  /** The linear of this full name without {@code .weight}; empty if no block has one. */
  public Optional<Linear> linear(String name) {
    return Optional.ofNullable(linears.get(name));
  }

  /**
   * The linear of a role in a block; empty where the family has no such role.
   *
   * @throws IndexOutOfBoundsException if there is no such block
   */
  public Optional<Linear> linear(int block, Role role) {
    return linearInputs(block).stream()
        .flatMap(input -> input.linears().stream())
        .filter(linear -> linear.role() == role)
        .findFirst();
  }

  /** The name of a linear inside its block, e.g. {@code self_attn.q_proj}. */
  public String path(Linear linear) {
    return linear.name().substring(blockPrefix(linear.block()).length() + 1);
  }

  /**
   * Shape [rows, cols] of a weight of the model with two dimensions, by its name without {@code
   * .weight}.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public int[] linearShape(String linear) {
    return catalog.linearShape(linear);
  }

  /** Full names of all tensors of the model in its order; a tied head is not among them. */
  public List<String> requiredTensors() {
    return catalog.names();
  }
}
