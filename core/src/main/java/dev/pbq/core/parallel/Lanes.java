package dev.pbq.core.parallel;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** Pools side by side, each of which takes one index after the other. */
final class Lanes {
  private final int lanes;
  private final int threads;
  private final AtomicInteger next = new AtomicInteger();
  private final ConcurrentSkipListMap<Integer, Throwable> failures = new ConcurrentSkipListMap<>();

  /**
   * @param threads of each lane
   */
  Lanes(int lanes, int threads) {
    this.lanes = lanes;
    this.threads = threads;
  }

  void run(int count, IntConsumer body) {
    List<ForkJoinPool> pools =
        Stream.generate(() -> new ForkJoinPool(threads)).limit(lanes).toList();
    try {
      List<ForkJoinTask<?>> started =
          pools.stream().<ForkJoinTask<?>>map(p -> p.submit(() -> lane(count, body))).toList();
      // All of them, also after a failure: they use what the caller frees.
      started.forEach(ForkJoinTask::quietlyJoin);
      for (ForkJoinTask<?> task : started) {
        task.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while computing", e);
    } catch (ExecutionException e) {
      throw Parallel.rethrown(e.getCause());
    } finally {
      pools.forEach(ForkJoinPool::shutdown);
    }
    if (!failures.isEmpty()) {
      throw Parallel.rethrown(failures.firstEntry().getValue());
    }
  }

  private void lane(int count, IntConsumer body) {
    for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
      if (!failures.isEmpty()) {
        return;
      }
      try {
        body.accept(i);
      } catch (RuntimeException | Error e) {
        failures.put(i, e);
        return;
      }
    }
  }
}
