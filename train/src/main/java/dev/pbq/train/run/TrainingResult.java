package dev.pbq.train.run;

import dev.pbq.core.pipeline.QuantizationReport;
import java.util.List;

/**
 * What a run came to.
 *
 * @param settings that it was trained with
 * @param curve every step; the first entry is before training
 * @param step whose state is the result
 * @param heldOutBefore perplexity of the held-out windows with the layers in place, before training
 * @param heldOutAfter the same of the result, computed from what is stored
 * @param report sizes and layers, as stored beside the result
 */
public record TrainingResult(
    TrainingSettings settings,
    List<CurvePoint> curve,
    int step,
    double heldOutBefore,
    double heldOutAfter,
    QuantizationReport report) {
  public TrainingResult {
    curve = List.copyOf(curve);
  }
}
