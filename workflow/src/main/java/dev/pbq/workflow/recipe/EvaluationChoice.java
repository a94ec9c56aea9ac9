package dev.pbq.workflow.recipe;

import java.util.List;
import java.util.OptionalInt;

/**
 * The text and windows on which the result's perplexity is measured.
 *
 * @param datasets names or files; none to measure nothing
 * @param tokens of each window; empty for the model's default
 */
public record EvaluationChoice(List<String> datasets, OptionalInt tokens) {
  /** Nothing is measured. */
  public static final EvaluationChoice NONE = new EvaluationChoice(List.of(), OptionalInt.empty());

  public EvaluationChoice {
    datasets = List.copyOf(datasets);
  }
}
