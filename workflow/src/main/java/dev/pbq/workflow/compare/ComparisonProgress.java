package dev.pbq.workflow.compare;

import dev.pbq.eval.EvaluationProgress;

/** Hears what a comparison is doing; evaluations are told through {@link EvaluationProgress}. */
public interface ComparisonProgress extends EvaluationProgress {
  /** A passing state, such as {@code [2/7] rtn: quantizing}. */
  void doing(String what);
}
