package dev.pbq.cli.console;

import dev.pbq.core.Amounts;
import dev.pbq.core.model.Linear;
import dev.pbq.core.pipeline.LinearOutcome;
import dev.pbq.core.pipeline.ProgressListener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Shows block, layer, relative error and remaining time of a quantization. */
public final class QuantizeProgress implements ProgressListener {
  private final StatusLine status;

  /** Of blocks that are not stored yet: the next block's may come before that. */
  private final List<LinearOutcome> outcomes = new ArrayList<>();

  private final long start = System.nanoTime();
  private int blocks;
  private int finishedBefore;
  private int finished;
  private String activity = "";

  public QuantizeProgress(StatusLine status) {
    this.status = status;
  }

  @Override
  public void measuring(int block, int blocks, double share) {
    double left = (System.nanoTime() - start) * 1e-9 * (1 - share) / share;
    status.update(
        "sensitivity: block %d/%d, %s left".formatted(block + 1, blocks, Amounts.duration(left)));
  }

  @Override
  public void told(String line) {
    status.line(line);
  }

  @Override
  public void started(int blocks, int finishedBlocks) {
    this.blocks = blocks;
    this.finishedBefore = finishedBlocks;
    this.finished = finishedBlocks;
    if (finishedBlocks > 0) {
      status.line("resuming after block " + finishedBlocks + " of " + blocks);
    }
  }

  @Override
  public void phase(int block, String activity) {
    this.activity = activity;
    status.update(head(block) + activity + tail());
  }

  @Override
  public void windows(int block, int done, int total) {
    status.update(head(block) + activity + " " + done + "/" + total + " windows" + tail());
  }

  @Override
  public void linearDone(LinearOutcome outcome) {
    outcomes.add(outcome);
    status.update(
        head(outcome.block())
            + shortName(outcome)
            + String.format(Locale.ROOT, " relative error %.3g", outcome.relativeError())
            + tail());
  }

  @Override
  public void tableDone(LinearOutcome outcome) {
    String error = String.format(Locale.ROOT, "%.3g", outcome.relativeError());
    status.line(outcome.name() + ": " + outcome.method() + ", relative error " + error);
  }

  @Override
  public void blockDone(int block, double seconds) {
    finished++;
    List<LinearOutcome> inBlock = outcomes.stream().filter(o -> o.block() == block).toList();
    outcomes.removeAll(inBlock);
    status.line(
        head(block) + summary(inBlock) + String.format(Locale.ROOT, ", %.1f s", seconds) + tail());
  }

  @Override
  public void assembling() {
    status.update("writing the checkpoint");
  }

  private static String summary(List<LinearOutcome> inBlock) {
    if (inBlock.isEmpty()) {
      return "not quantized";
    }
    double mean =
        inBlock.stream().mapToDouble(LinearOutcome::relativeError).average().orElse(Double.NaN);
    LinearOutcome worst =
        inBlock.stream()
            .max(Comparator.comparingDouble(LinearOutcome::relativeError))
            .orElseThrow();
    return String.format(
        Locale.ROOT,
        "%d linears, relative error mean %.3g, worst %.3g (%s)",
        inBlock.size(),
        mean,
        worst.relativeError(),
        shortName(worst));
  }

  private String head(int block) {
    return "block " + (block + 1) + "/" + blocks + ": ";
  }

  private String tail() {
    int done = finished - finishedBefore;
    if (done == 0 || finished == blocks) {
      return "";
    }
    double perBlock = (System.nanoTime() - start) * 1e-9 / done;
    return ", " + Amounts.duration(perBlock * (blocks - finished)) + " left";
  }

  private static String shortName(LinearOutcome outcome) {
    return Linear.shortName(outcome.name());
  }
}
