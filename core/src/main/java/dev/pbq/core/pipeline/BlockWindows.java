package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** The calibration windows at one block: its inputs, and the outputs that it shall give. */
public interface BlockWindows {
  /** How many there are. */
  int count();

  /** How many the memory set aside for a pass holds. */
  int batch();

  /**
   * Inputs.
   *
   * @param manager owns the result
   * @param windows which, each below {@link #count()}
   * @return float32 [windows, tokens, hidden]
   */
  NDArray inputs(NDManager manager, int... windows);

  /** The outputs wanted for {@link #inputs}, in the same form. */
  NDArray targets(NDManager manager, int... windows);
}
