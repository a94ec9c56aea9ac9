package dev.pbq.arb.fit;

/** Fits the members of one row; an instance serves one thread and may own working memory. */
@FunctionalInterface
interface RowMethod {
  /** Sets the row's parameters and codes; {@code row.count} is at least 1. */
  void fit(MemberRow row);
}
