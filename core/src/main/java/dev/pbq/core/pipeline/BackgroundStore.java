package dev.pbq.core.pipeline;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Stores blocks in a separate thread, one at a time and in order, while the caller computes the
 * next: disk writes overlap with computing, unless memory for two blocks is not to be had. Used by
 * one thread.
 */
final class BackgroundStore implements AutoCloseable {
  private final BlockStore store;
  private final boolean overlaps;
  private final ProgressListener progress;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          body -> {
            Thread t = new Thread(body, "pbq-store");
            t.setDaemon(true);
            return t;
          });
  private Pending pending;

  private record Pending(Future<?> future, int block, double seconds) {}

  /**
   * @param overlaps whether the caller goes on while a block is stored
   */
  BackgroundStore(BlockStore store, boolean overlaps, ProgressListener progress) {
    this.store = store;
    this.overlaps = overlaps;
    this.progress = progress;
  }

  /**
   * Hands over a block, once the one before it is stored.
   *
   * @throws dev.pbq.core.PbqException RESOURCES if the one before could not be stored
   */
  void submit(int block, List<BlockStore.Packed> linears, double seconds) {
    submit(block, seconds, () -> store.store(block, linears, List.of(), seconds));
  }

  /**
   * As the other, for a block that is yet to be packed.
   *
   * @param corrections what was trained
   */
  void submit(
      int block,
      Collection<FinishedLinear> results,
      List<CorrectionOutcome> corrections,
      double seconds) {
    List<FinishedLinear> own = List.copyOf(results);
    submit(
        block,
        seconds,
        () ->
            store.store(
                block,
                own.stream().map(r -> BlockStore.Packed.of(r.linear(), r.outcome())).toList(),
                corrections,
                seconds));
  }

  private void submit(int block, double seconds, Runnable storing) {
    await();
    pending = new Pending(thread.submit(storing), block, seconds);
    if (!overlaps) {
      await();
    }
  }

  /**
   * Waits until what was handed over is stored.
   *
   * @throws dev.pbq.core.PbqException RESOURCES if it could not be
   */
  void await() {
    if (pending == null) {
      return;
    }
    Pending last = pending;
    pending = null;
    try {
      last.future().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while storing block " + last.block(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
    progress.blockDone(last.block(), last.seconds());
  }

  /** Waits until everything handed over is stored. */
  @Override
  public void close() {
    try {
      await();
    } finally {
      thread.shutdown();
    }
  }
}
