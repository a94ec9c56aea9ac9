package dev.pbq.workflow.compare;

import dev.pbq.core.checkpoint.ResolvedModel;

/** What a row of a comparison is made of. */
public sealed interface Entry permits Candidate, Entry.Existing, Entry.Given {
  /** What it is called in the table. */
  String label();

  /** With whose mark it is drawn: rows that differ in numbers alone share one. */
  String series();

  /**
   * A model that exists already; it is measured as it is.
   *
   * @param model packed, dense, or in another program's file
   */
  record Existing(String label, String series, ResolvedModel model) implements Entry {}

  /** Figures that are shown, not measured. */
  record Given(String label, String series, Row.Figures figures) implements Entry {}
}
