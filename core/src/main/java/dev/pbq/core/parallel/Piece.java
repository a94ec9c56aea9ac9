package dev.pbq.core.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** Indices that several threads take, one after the other, and the thread that waits for them. */
final class Piece {
  private final int count;
  private final IntConsumer body;
  private final Thread waiting;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean asleep;

  /**
   * @param waiting the only thread that calls {@link #await}
   */
  Piece(int count, IntConsumer body, Thread waiting) {
    this.count = count;
    this.body = body;
    this.waiting = waiting;
  }

  /** Takes indices until there are none; after a failure they are not done any more. */
  void work() {
    for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
      if (failure.get() == null) {
        try {
          body.accept(i);
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        }
      }
      if (done.incrementAndGet() == count && asleep) {
        LockSupport.unpark(waiting);
      }
    }
  }

  /** Waits until all indices are done: awake for a while, since they will be soon, then asleep. */
  void await(long awakeNanos) {
    long start = System.nanoTime();
    while (done.get() < count && System.nanoTime() - start < awakeNanos) {
      Thread.onSpinWait();
    }
    if (done.get() < count) {
      asleep = true;
      while (done.get() < count) {
        LockSupport.park(this);
      }
    }
  }

  /** Throws the first failure, if there was one. */
  void rethrow() {
    if (failure.get() != null) {
      throw Parallel.rethrown(failure.get());
    }
  }
}
