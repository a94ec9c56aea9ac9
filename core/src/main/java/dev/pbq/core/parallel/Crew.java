package dev.pbq.core.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Threads for a long row of short pieces of work, such as the products of a token: between two
 * pieces they look for the next one for a while before they sleep, so that it need not wait for
 * them to wake. What {@link #run} is given uses them through {@link Parallel#forEach}; a call
 * within a call runs in its own thread. One caller at a time.
 *
 * <p>The owner closes it; its threads do not keep the process alive.
 */
public final class Crew implements AutoCloseable {
  /** How long a thread looks for work before it sleeps. */
  private static final long AWAKE_NANOS = 100_000;

  private static final FutureTask<Void> END = new FutureTask<>(() -> null);

  private final int threads;
  private final LinkedBlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
  private final List<Member> helpers = new ArrayList<>();
  private Member leader;
  private volatile Piece piece;
  private volatile boolean closed;

  private Crew(int threads) {
    this.threads = threads;
  }

  /**
   * A crew, whose threads start when they are needed.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public static Crew of(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a crew of " + threads);
    }
    return new Crew(threads);
  }

  /** How many threads there are. */
  int threads() {
    return threads;
  }

  /**
   * Runs {@code body} in the crew and waits for it; what it throws is thrown here.
   *
   * @throws IllegalStateException if the crew is closed
   */
  public <T> T run(Callable<T> body) {
    if (Thread.currentThread() instanceof Member member && member.crew() == this) {
      throw new IllegalStateException("a crew runs one thing at a time");
    }
    if (closed) {
      throw new IllegalStateException("the crew is closed");
    }
    if (leader == null) {
      leader = new Member("pbq-crew-0", this::lead);
      leader.start();
      for (int i = 1; i < threads; i++) {
        helpers.add(new Member("pbq-crew-" + i, this::help));
        helpers.get(i - 1).start();
      }
    }
    FutureTask<T> task = new FutureTask<>(body);
    tasks.add(task);
    return result(task);
  }

  private static <T> T result(FutureTask<T> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // The body goes on with what the caller owns: it has to end first.
          interrupted = true;
        } catch (ExecutionException e) {
          throw Parallel.rethrown(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void lead() {
    FutureTask<?> task = next();
    while (task != END) {
      task.run();
      task = next();
    }
  }

  private FutureTask<?> next() {
    while (true) {
      try {
        return tasks.take();
      } catch (InterruptedException e) {
        // Left behind by a body that has ended: it is not for the next one.
      }
    }
  }

  private void help() {
    Piece done = null;
    while (!closed) {
      Piece next = piece;
      if (next != done && next != null) {
        next.work();
        done = next;
      } else {
        awaitOther(next);
      }
    }
  }

  /** Waits until there is something else than what was seen last, a piece or none. */
  private void awaitOther(Piece seen) {
    long start = System.nanoTime();
    while (piece == seen && !closed && System.nanoTime() - start < AWAKE_NANOS) {
      Thread.onSpinWait();
    }
    Member self = (Member) Thread.currentThread();
    if (piece == seen && !closed) {
      self.asleep = true;
      // Looked at again: whoever has changed it since may not have seen that this thread sleeps.
      if (piece == seen && !closed) {
        LockSupport.park(this);
      }
      self.asleep = false;
    }
  }

  /** As {@link Parallel#forEach}, in a thread of this crew. */
  void forEach(int count, IntConsumer body) {
    if (Thread.currentThread() != leader || piece != null || threads == 1) {
      for (int i = 0; i < count; i++) {
        body.accept(i);
      }
      return;
    }
    Piece all = new Piece(count, body, leader);
    piece = all;
    helpers.forEach(Member::wake);
    all.work();
    all.await(AWAKE_NANOS);
    piece = null;
    all.rethrow();
  }

  @Override
  public void close() {
    closed = true;
    tasks.add(END);
    helpers.forEach(Member::wake);
  }

  /** A thread of a crew. */
  final class Member extends Thread {
    private volatile boolean asleep;

    private Member(String name, Runnable work) {
      super(work, name);
      setDaemon(true);
    }

    Crew crew() {
      return Crew.this;
    }

    private void wake() {
      if (asleep) {
        LockSupport.unpark(this);
      }
    }
  }
}
