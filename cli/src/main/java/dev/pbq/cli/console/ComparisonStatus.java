package dev.pbq.cli.console;

import dev.pbq.eval.ScoringProgress;
import dev.pbq.workflow.compare.ComparisonProgress;

/** Shows on the status line what a comparison is doing. */
public record ComparisonStatus(StatusLine status) implements ComparisonProgress {
  @Override
  public void doing(String what) {
    status.update(what);
  }

  @Override
  public ScoringProgress begin(String part) {
    return new ScoringStatus(status, part);
  }

  @Override
  public void end() {
    status.clear();
  }
}
