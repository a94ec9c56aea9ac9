package dev.pbq.arb.partition;

/**
 * A sorted row split into two parts by magnitude, updated as the break point between them rises.
 */
final class RowSplit {
  private final SortedRun run;
  private final RunGroup low;
  private final RunGroup high;
  private int from;
  private int to;

  RowSplit(SortedRun run, boolean subtractMean) {
    this.run = run;
    this.low = new RunGroup(run, false, subtractMean);
    this.high = new RunGroup(run, true, subtractMean);
  }

  /** Begins with a newly loaded run; all of it is high. */
  void start() {
    from = run.negative();
    to = from;
    low.start();
    high.start();
    low.range(from, to);
    high.range(from, to);
  }

  /**
   * Raises the break point: magnitudes below it become low.
   *
   * @return whether any did
   */
  boolean advance(double point) {
    int oldFrom = from;
    int oldTo = to;
    while (to < run.size() && run.value[to] < point) {
      to++;
    }
    while (from > 0 && -run.value[from - 1] < point) {
      from--;
    }
    if (from == oldFrom && to == oldTo) {
      return false;
    }
    low.range(from, to);
    high.range(from, to);
    return true;
  }

  RunGroup low() {
    return low;
  }

  RunGroup high() {
    return high;
  }

  /** First index of the low part, which is [from, to). */
  int from() {
    return from;
  }

  /** First index after the low part. */
  int to() {
    return to;
  }
}
