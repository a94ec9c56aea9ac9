package dev.pbq.core.model;

import java.util.OptionalInt;

/**
 * A quantizable linear layer of a block: a weight [rows, cols] and perhaps a bias [rows].
 *
 * @param name full name without {@code .weight}, e.g. {@code model.layers.3.self_attn.q_proj}
 * @param block index of its block
 * @param role what it does there
 * @param rows outputs
 * @param cols inputs
 * @param bias whether the model has a bias {@code name + ".bias"}
 * @param expert index of the expert of a mixture that it belongs to; empty for all other layers
 */
public record Linear(
    String name, int block, Role role, int rows, int cols, boolean bias, OptionalInt expert) {
  /** A layer that belongs to no expert. */
  public Linear(String name, int block, Role role, int rows, int cols, boolean bias) {
    this(name, block, role, rows, cols, bias, OptionalInt.empty());
  }

  /** Full name of the weight. */
  public String weight() {
    return name + ".weight";
  }

  /** Number of weights. */
  public long weights() {
    return (long) rows * cols;
  }

  /** The last part of the name, e.g. {@code q_proj}. */
  public String shortName() {
    return shortName(name);
  }

  /**
   * The last part of a linear's name. The one place where a name is taken apart without a model:
   * reports and progress of runs name their layers, and hold no model to ask for the role.
   *
   * @param name full name without {@code .weight}
   */
  public static String shortName(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
