package dev.pbq.core.parallel;

import dev.pbq.core.PbqException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The one way in which pbq's arithmetic uses several threads: independent pieces of work whose
 * boundaries do not depend on the number of threads, so that results do not either.
 *
 * <p>Work runs in the {@link ForkJoinPool} of the calling thread, which {@link #withThreads} sets;
 * a caller outside any pool uses the common pool, one in a {@link Crew} that.
 */
public final class Parallel {
  private Parallel() {}

  /**
   * Runs {@code body} so that everything it does through {@link #forEach} uses {@code threads}
   * threads.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public static <T> T withThreads(int threads, Callable<T> body) {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      return pool.submit(body).get();
    } catch (InterruptedException e) {
      pool.shutdownNow();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while computing", e);
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } finally {
      pool.shutdown();
    }
  }

  static RuntimeException rethrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    Throwable root = cause;
    // The pool wraps checked exceptions of a Callable, and copies others with the original inside.
    while (!(root instanceof PbqException) && root.getCause() != null) {
      root = root.getCause();
    }
    if (root instanceof PbqException known) {
      return known;
    }
    return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
  }

  /**
   * Starts a piece of work in the calling thread's pool, which may itself use {@link #forEach} and
   * {@link #fork}. A {@link Crew} has no pool: its threads use the common one for this.
   */
  public static <T> Fork<T> fork(Callable<T> body) {
    return new Fork<>(body);
  }

  /**
   * Work that has been started, for the thread that started it. Whoever waits for several of them
   * should {@link #help} with those that no thread has begun with.
   */
  public static final class Fork<T> {
    private final FutureTask<T> work;
    private final ForkJoinTask<?> carrier;

    private Fork(Callable<T> body) {
      work = new FutureTask<>(body);
      ForkJoinTask<?> task = ForkJoinTask.adapt(work);
      carrier =
          ForkJoinTask.inForkJoinPool() ? task.fork() : ForkJoinPool.commonPool().submit(task);
    }

    /** Does the work in the calling thread, unless some thread has begun with it. */
    public void help() {
      work.run();
    }

    /** Whether the work is done, or has failed. */
    public boolean isDone() {
      return work.isDone();
    }

    /** Waits until the work is done, or has failed. */
    public void await() {
      carrier.quietlyJoin();
    }

    /** Waits for the result; an exception of the work is thrown here. */
    public T join() {
      await();
      try {
        return work.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while computing", e);
      } catch (ExecutionException e) {
        throw rethrown(e.getCause());
      }
    }
  }

  /**
   * Calls {@code body} once for each index in [0, count), possibly at the same time and in any
   * order, and returns when all are done. The first exception thrown by a call is thrown here.
   */
  public static void forEach(int count, IntConsumer body) {
    if (count == 0) {
      return;
    }
    if (count == 1) {
      body.accept(0);
    } else if (Thread.currentThread() instanceof Crew.Member member) {
      member.crew().forEach(count, body);
    } else if (ForkJoinTask.inForkJoinPool()) {
      new IndexRange(0, count, body).invoke();
    } else {
      ForkJoinPool.commonPool().invoke(new IndexRange(0, count, body));
    }
  }

  /** How many threads the calling thread's work may use. */
  public static int threads() {
    if (Thread.currentThread() instanceof Crew.Member member) {
      return member.crew().threads();
    }
    ForkJoinPool pool = ForkJoinTask.getPool();
    return pool == null ? ForkJoinPool.getCommonPoolParallelism() : pool.getParallelism();
  }

  /**
   * Calls {@code body} once for each index in [0, count) in lanes that share the calling thread's
   * threads and work side by side; what a call does through this class stays in its lane. Unlike
   * {@link #forEach}, a thread that waits inside a call never begins with another: calls may wait
   * for each other's locks, and may use libraries that keep to the calling thread. Indices are
   * begun in ascending order; after a failure none is. The calling thread waits.
   *
   * @param most lanes, which bounds what the calls have in memory
   * @throws RuntimeException the failure of the lowest index that failed
   */
  public static void inLanes(int count, int most, IntConsumer body) {
    int lanes = Math.min(Math.min(count, most), threads());
    if (lanes <= 1) {
      for (int i = 0; i < count; i++) {
        body.accept(i);
      }
      return;
    }
    new Lanes(lanes, Math.max(1, threads() / lanes)).run(count, body);
  }

  /** Work on the indices of a range. */
  public interface RangeTask {
    /** Handles indices {@code from .. to - 1}. */
    void run(int from, int to);
  }

  /** A result for the indices of a range. */
  public interface RangeFunction<T> {
    /** The result for indices {@code from .. to - 1}. */
    T of(int from, int to);
  }

  /** A sum over the indices of a range. */
  public interface RangeSum {
    /** The sum over indices {@code from .. to - 1}. */
    double of(int from, int to);
  }

  /**
   * The number of ranges that {@link #forEachRange} cuts [0, count) into: {@code count / size},
   * rounded up.
   *
   * @throws IllegalArgumentException if {@code size} is below 1
   */
  public static int ranges(int count, int size) {
    if (size < 1) {
      throw new IllegalArgumentException("ranges of " + size);
    }
    return count == 0 ? 0 : (count - 1) / size + 1;
  }

  /**
   * Cuts [0, count) into ranges of {@code size} indices, the last of which may be shorter, and
   * calls {@code body} once for each, as {@link #forEach} does. Range {@code i} starts at {@code i
   * * size}, whatever the number of threads.
   */
  public static void forEachRange(int count, int size, RangeTask body) {
    forEach(
        ranges(count, size),
        i -> {
          int from = i * size;
          body.run(from, Math.min(count - from, size) + from);
        });
  }

  /** The results for the ranges of {@link #forEachRange}, in the order of the ranges. */
  public static <T> List<T> mapRanges(int count, int size, RangeFunction<T> body) {
    AtomicReferenceArray<T> results = new AtomicReferenceArray<>(ranges(count, size));
    forEachRange(count, size, (from, to) -> results.set(from / size, body.of(from, to)));
    return IntStream.range(0, results.length()).mapToObj(results::get).toList();
  }

  /**
   * The sum over [0, count): the sums over the ranges of {@link #forEachRange}, added in the order
   * of the ranges, so that rounding does not depend on the number of threads.
   */
  public static double sumRanges(int count, int size, RangeSum body) {
    double[] parts = new double[ranges(count, size)];
    forEachRange(count, size, (from, to) -> parts[from / size] = body.of(from, to));
    double sum = 0;
    for (double part : parts) {
      sum += part;
    }
    return sum;
  }
}
