package dev.pbq.core.pipeline;

import dev.pbq.core.data.Calibration;
import java.util.List;

/**
 * Who computes the blocks of a run in place of this machine. What is planned, the order in which
 * results are stored, the journal and the files of the result stay with {@link QuantizationRun}; so
 * that a run may be ended by one engine that another began, an engine gives the same bytes as this
 * machine alone.
 */
public interface RunEngine extends AutoCloseable {
  /**
   * Refuses what the engine does not carry, before any work is done.
   *
   * @param corrected whether blocks are trained while they are quantized
   * @throws dev.pbq.core.PbqException USAGE naming it
   */
  void requireFit(QuantizationPlan plan, boolean corrected);

  /**
   * Begins with linears that nothing is calibrated for.
   *
   * @param blocks of the plan, in order
   * @return their linears in the plan's order, for the caller to close
   */
  LinearStream linears(List<PlannedBlock> blocks);

  /**
   * Takes calibration windows, which have not entered the model yet.
   *
   * @return for the caller to close
   */
  WindowEngine windows(Calibration data);

  @Override
  void close();
}
