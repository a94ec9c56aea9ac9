package dev.pbq.core.parallel;

import dev.pbq.core.PbqException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RecursiveAction;
import java.util.function.IntConsumer;

/**
 * The one way in which pbq's arithmetic uses several threads: independent pieces of work whose
 * boundaries do not depend on the number of threads, so that results do not either.
 *
 * <p>Work runs in the {@link ForkJoinPool} of the calling thread, which {@link #withThreads} sets;
 * a caller outside any pool uses the common pool.
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

  private static RuntimeException rethrown(Throwable cause) {
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
   * {@link #fork}.
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
    Range all = new Range(0, count, body);
    if (count == 1) {
      body.accept(0);
    } else if (ForkJoinTask.inForkJoinPool()) {
      all.invoke();
    } else {
      ForkJoinPool.commonPool().invoke(all);
    }
  }

  /** Halves itself down to single indices. */
  private static final class Range extends RecursiveAction {
    private static final long serialVersionUID = 1L;
    private final int from;
    private final int to;
    private final transient IntConsumer body;

    Range(int from, int to, IntConsumer body) {
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
      invokeAll(new Range(from, middle, body), new Range(middle, to, body));
    }
  }
}
