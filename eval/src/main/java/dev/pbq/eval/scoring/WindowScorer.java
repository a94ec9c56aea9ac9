package dev.pbq.eval.scoring;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.eval.ScoringProgress;
import java.util.Objects;

/** The mean negative log-likelihood of windows of tokens under a model. */
public final class WindowScorer {
  private final ForwardPass pass;
  private final int batchTokens;

  /** Scores with a pass, in batches of the size that suits the model. */
  public WindowScorer(ForwardPass pass) {
    this(pass, BatchPlan.defaultTokens(pass.model().hiddenSize()));
  }

  /**
   * Scores with a pass.
   *
   * @param batchTokens tokens that are run at once
   */
  public WindowScorer(ForwardPass pass, int batchTokens) {
    this.pass = Objects.requireNonNull(pass);
    this.batchTokens = batchTokens;
  }

  /**
   * Scores windows of equal length.
   *
   * @param windows [windows][tokens]
   * @param manager parent of everything native; the scorer leaves nothing in it
   * @return the mean of each window's tokens - 1 negative log-likelihoods, in nats
   * @throws PbqException NUMERICAL if a likelihood is not finite
   */
  public double[] score(int[][] windows, NDManager manager, ScoringProgress progress) {
    double[] means = new double[windows.length];
    double[] total = new double[1];
    int[] done = new int[1];
    pass.run(
        BatchPlan.inOrder(windows, batchTokens),
        manager,
        progress,
        (batch, hidden, head) -> {
          float[][] nll = head.nextTokenNll(hidden, batch.ids());
          for (int i = 0; i < nll.length; i++) {
            double mean = mean(nll[i], batch.indices()[i]);
            means[batch.indices()[i]] = mean;
            progress.losses(batch.indices()[i], batch.ids()[i], 1, nll[i]);
            total[0] += mean;
          }
          done[0] += batch.size();
          progress.scored(done[0], windows.length, total[0] / done[0]);
        });
    return means;
  }

  private static double mean(float[] nll, int window) {
    double sum = 0;
    for (float v : nll) {
      sum += v;
    }
    if (!Double.isFinite(sum)) {
      throw PbqException.numerical(
          "the likelihood of evaluation window " + window + " is not finite");
    }
    return sum / nll.length;
  }
}
