package dev.pbq.eval.distance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.scoring.BatchPlan;
import dev.pbq.eval.scoring.ForwardPass;
import java.util.Objects;

/**
 * The logits of a model, some tokens at a time: whatever the vocabulary, no more than 64 MB of them
 * are held at once.
 */
public final class ModelLogits implements LogitSource {
  private static final long LOGIT_BYTES = 64L << 20;

  private final ForwardPass pass;
  private final NDManager manager;
  private final ScoringProgress progress;

  /**
   * Makes a source.
   *
   * @param manager parent of everything native, not owned; nothing is left in it
   * @param progress is called for blocks and windows
   */
  public ModelLogits(ForwardPass pass, NDManager manager, ScoringProgress progress) {
    this.pass = Objects.requireNonNull(pass);
    this.manager = Objects.requireNonNull(manager);
    this.progress = Objects.requireNonNull(progress);
  }

  @Override
  public void run(int[][] windows, Rows receiver) {
    int vocabulary = pass.model().vocabularySize();
    int step = (int) Math.max(1, LOGIT_BYTES / Float.BYTES / vocabulary);
    int[] done = new int[1];
    pass.run(
        BatchPlan.inOrder(windows, BatchPlan.defaultTokens(pass.model().hiddenSize())),
        manager,
        progress,
        (batch, hidden, head) -> {
          for (int i = 0; i < batch.size(); i++) {
            int rows = batch.lengths()[i] - 1;
            for (int first = 0; first < rows; first += step) {
              int count = Math.min(step, rows - first);
              float[] logits = logits(hidden, head, i, first, count);
              receiver.accept(batch.indices()[i], first, count, logits);
            }
          }
          done[0] += batch.size();
          progress.windows(done[0], windows.length);
        });
  }

  private static float[] logits(
      NDArray hidden, LanguageHead head, int sequence, int first, int count) {
    NDIndex some = new NDIndex("{}:{},{}:{}", sequence, sequence + 1, first, first + count);
    try (NDArray states = hidden.get(some);
        NDArray logits = head.logits(states)) {
      return logits.toFloatArray();
    }
  }
}
