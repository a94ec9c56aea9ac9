package dev.pbq.core.pipeline;

import dev.pbq.core.packed.QuantizedLinear;
import java.util.List;
import java.util.Map;

/**
 * Calibration windows spread over machines, which stand at the inputs of one block after the other.
 * Sums over windows are those of {@link dev.pbq.core.activation.HiddenStates} batches in ascending
 * order, to the last bit, wherever each batch is.
 */
public interface WindowEngine extends AutoCloseable {
  /**
   * Windows enter the model.
   *
   * @param tables quantized tables that stand for the original's, by name without {@code .weight}
   */
  void embed(Map<String, QuantizedLinear> tables);

  /**
   * Calibrates linears with the windows at the inputs of their block, and quantizes them.
   *
   * @param block that the windows stand at
   * @param pass inputs whose Hessians are held together
   * @param quantized linears of the block that are quantized already, by name
   * @return in the order of the pass
   */
  List<FinishedLinear> quantize(
      int block, PlannedRound pass, Map<String, QuantizedLinear> quantized);

  /**
   * Runs the windows through the block that they stand at.
   *
   * @param quantized its quantized linears, by name
   */
  void propagate(int block, Map<String, QuantizedLinear> quantized);

  @Override
  void close();
}
