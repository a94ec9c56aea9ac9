package dev.pbq.core.parallel;

import java.util.concurrent.RecursiveAction;
import java.util.function.IntConsumer;

/** Work on some indices, one call each; the range halves itself down to single indices. */
final class IndexRange extends RecursiveAction {
  private static final long serialVersionUID = 1L;
  private final int from;
  private final int to;
  private final transient IntConsumer body;

  IndexRange(int from, int to, IntConsumer body) {
    this.from = from;
    this.to = to;
    this.body = body;
  }

  @Override
  protected void compute() {
    if (to - from == 1) {
      body.accept(from);
      return;
    }
    int middle = (from + to) >>> 1;
    invokeAll(new IndexRange(from, middle, body), new IndexRange(middle, to, body));
  }
}
