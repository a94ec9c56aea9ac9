package dev.pbq.train.method;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.packed.HqqLinear;

/** Where the frozen layers come from that adapters stand beside. */
public sealed interface HqqBase permits QuantizedBase, PackedBase {
  /**
   * A frozen layer.
   *
   * @throws dev.pbq.core.PbqException naming the layer if it cannot be had
   */
  HqqLinear layer(OriginalLinear original);

  /**
   * Refuses a model that this does not belong to.
   *
   * @throws dev.pbq.core.PbqException USAGE naming a tensor that differs
   */
  void requireFits(Checkpoint original);

  /** Width of the codes of a layer [rows, cols], as HQQ counts them. */
  double paperBits(int rows, int cols);

  /** About how many bits a layer [rows, cols] takes. */
  long estimateStoredBits(int rows, int cols);
}
