package dev.pbq.ecq.choice;

/**
 * The choice of codes for a run of weights of one column, in the balance of squared error and code
 * length. Not thread-safe: it has its own memory.
 */
public interface CodeChooser {
  /**
   * Chooses codes.
   *
   * @param weights the weights in steps of the column, and their contexts
   * @param count how many there are
   * @param lambda what a bit costs in squared steps
   * @param lengths code lengths
   * @param chosen receives codes, values and how often each code occurs
   */
  void choose(Run weights, int count, float lambda, CodeLengths lengths, Chosen chosen);

  /**
   * The weights.
   *
   * @param u weights in steps
   * @param base where the lengths of each one's context start, without what all share
   * @param shared what all have in common
   */
  record Run(float[] u, int[] base, int shared) {}

  /**
   * What was chosen.
   *
   * @param codes integer codes
   * @param values what they stand for, in steps
   * @param counts how often each magnitude occurred, laid out as the table of lengths; added to
   */
  record Chosen(int[] codes, float[] values, long[] counts) {}
}
