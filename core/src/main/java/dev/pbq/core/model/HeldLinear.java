package dev.pbq.core.model;

/** A linear that holds its weights in a form of its own. */
public interface HeldLinear {
  /** How many outputs it has. */
  int outputs();

  /**
   * What the linear computes, but for the bias.
   *
   * @param x [rows, inputs]
   * @param y receives [rows, outputs]
   */
  void apply(float[] x, int rows, float[] y);
}
