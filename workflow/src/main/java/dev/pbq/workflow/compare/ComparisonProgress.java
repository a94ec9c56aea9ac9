package dev.pbq.workflow.compare;

import dev.pbq.eval.EvaluationProgress;

/**
 * A listener to the progress of a comparison; evaluations are reported through {@link
 * EvaluationProgress}.
 */
public interface ComparisonProgress extends EvaluationProgress {
  /** A passing state, such as {@code [2/7] rtn: quantizing}. */
  void doing(String what);
}
