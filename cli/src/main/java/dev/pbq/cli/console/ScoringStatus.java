package dev.pbq.cli.console;

import dev.pbq.core.Amounts;
import dev.pbq.eval.ScoringProgress;
import java.util.Locale;

/** Shows how far an evaluation is, with the running perplexity. */
public final class ScoringStatus implements ScoringProgress {
  private final StatusLine status;
  private final String what;
  private final long start = System.nanoTime();

  public ScoringStatus(StatusLine status, String what) {
    this.status = status;
    this.what = what;
  }

  @Override
  public void block(int block, int blocks, int windowsDone, int windows) {
    double share = (block + (double) windowsDone / windows) / blocks;
    status.update(
        String.format(
            Locale.ROOT,
            "%s: block %d/%d, window %d/%d%s",
            what,
            block + 1,
            blocks,
            windowsDone,
            windows,
            left(share)));
  }

  @Override
  public void scored(int windowsDone, int windows, double meanNll) {
    status.update(
        String.format(
            Locale.ROOT,
            "%s: window %d/%d, perplexity so far %.4f%s",
            what,
            windowsDone,
            windows,
            Math.exp(meanNll),
            left((double) windowsDone / windows)));
  }

  @Override
  public void windows(int windowsDone, int windows) {
    status.update(
        String.format(
            Locale.ROOT,
            "%s: window %d/%d%s",
            what,
            windowsDone,
            windows,
            left((double) windowsDone / windows)));
  }

  private String left(double share) {
    double elapsed = (System.nanoTime() - start) * 1e-9;
    return share <= 0 ? "" : ", " + Amounts.duration(elapsed * (1 - share) / share) + " left";
  }
}
