package dev.pbq.eval.classify;

/** Hears how far an evaluation is. */
@FunctionalInterface
public interface ClassificationProgress {
  /** Hears nothing. */
  ClassificationProgress SILENT = (done, all, correct) -> {};

  /** Texts that are classified, and how many of them rightly. */
  void classified(int done, int all, int correct);
}
