package dev.pbq.workflow.compare;

import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.eval.run.Running;
import java.nio.file.Path;

/**
 * The settings of a comparison.
 *
 * @param model the original
 * @param given the original as it was given: the same, or quantized, where {@code model} holds its
 *     dequantized weights; its stored bits are those of the original
 * @param root the folder in which everything is kept
 * @param measured what is measured of every row
 * @param running what may be used of the machine
 * @param force quantize again what an earlier run has quantized
 * @param command the command line, or what else made the comparison, for the record
 */
public record ComparisonPlan(
    ResolvedModel model,
    ResolvedModel given,
    Path root,
    Measurements measured,
    Running running,
    boolean force,
    String command) {
  /** The original's folder. */
  ModelFolder folder() {
    return ModelFolder.open(model.folder());
  }
}
