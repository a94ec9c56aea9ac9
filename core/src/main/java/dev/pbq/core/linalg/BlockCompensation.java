package dev.pbq.core.linalg;

/** How the error of one block of columns is taken from the columns after it. */
public enum BlockCompensation {
  /** Not at all. */
  NONE,
  /**
   * W_rest -= (W_b - Q_b) diag(U_bb)^-1 U_b,rest: the published programs of BiLLM and ARB-LLM, as
   * if the columns of the block did not influence each other.
   */
  DIAG,
  /**
   * W_rest -= (W_b - Q_b) U_bb^-1 U_b,rest: the exact minimiser of the output error over the
   * columns that remain.
   */
  EXACT
}
