package dev.pbq.cli.console;

import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.ScoringProgress;

/** Shows each part of an evaluation on the status line while it lasts. */
public record EvaluationStatus(StatusLine status) implements EvaluationProgress {
  @Override
  public ScoringProgress begin(String part) {
    return new ScoringStatus(status, part);
  }

  @Override
  public void end() {
    status.clear();
  }
}
