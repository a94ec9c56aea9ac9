package dev.pbq.eval.classify;

/** A listener to the progress of an accuracy measurement. */
@FunctionalInterface
public interface ClassificationProgress {
  /** Hears nothing. */
  ClassificationProgress SILENT = (done, all, correct) -> {};

  /** Texts that are classified, and how many of them rightly. */
  void classified(int done, int all, int correct);
}
