package dev.pbq.train.run;

import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.eval.classify.ClassificationResult;
import java.util.List;

/**
 * What a training on labelled texts came to.
 *
 * @param settings that the plan came to
 * @param curve every step; the first entry is before training
 * @param step whose state is the result
 * @param heldOut the held-out texts classified by the result, computed from what is stored
 * @param report sizes and layers, as stored beside the result
 */
public record ClassificationTrained(
    TrainingSettings settings,
    List<CurvePoint> curve,
    int step,
    ClassificationResult heldOut,
    QuantizationReport report) {
  public ClassificationTrained {
    curve = List.copyOf(curve);
  }
}
