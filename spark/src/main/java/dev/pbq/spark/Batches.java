package dev.pbq.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * What comes of a partition's elements, some at a time, so that only those and their results are in
 * memory.
 */
final class Batches<A, B> implements Iterator<B> {
  private final Iterator<A> source;
  private final int most;
  private final Function<List<A>, List<B>> body;
  private Iterator<B> results = List.<B>of().iterator();

  /**
   * @param most elements at a time
   */
  Batches(Iterator<A> source, int most, Function<List<A>, List<B>> body) {
    this.source = source;
    this.most = most;
    this.body = body;
  }

  @Override
  public boolean hasNext() {
    while (!results.hasNext() && source.hasNext()) {
      List<A> some = new ArrayList<>(most);
      while (some.size() < most && source.hasNext()) {
        some.add(source.next());
      }
      results = body.apply(some).iterator();
    }
    return results.hasNext();
  }

  @Override
  public B next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return results.next();
  }
}
