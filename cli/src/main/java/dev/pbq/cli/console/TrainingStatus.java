package dev.pbq.cli.console;

import dev.pbq.train.run.CurvePoint;
import dev.pbq.train.run.TrainingProgress;
import dev.pbq.train.run.TrainingSettings;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Shows a training: every step in passing, every look at the held-out windows as a line. On Ctrl-C
 * or SIGTERM the step that is being done is waited for, and its state is saved.
 */
public final class TrainingStatus implements TrainingProgress {
  private static final long MOST_SECONDS = 120;

  private final StatusLine status;
  private final String measure;
  private final long started = System.nanoTime();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean stops;
  private int steps;
  private int firstStep = -1;

  private TrainingStatus(StatusLine status, String measure) {
    this.status = status;
    this.measure = measure;
  }

  /**
   * Shows a run on a line.
   *
   * @param measure what is measured on held-out windows
   * @param work is given what shows it
   */
  public static <T> T during(
      StatusLine status, String measure, Function<TrainingProgress, T> work) {
    TrainingStatus shown = new TrainingStatus(status, measure);
    Thread hook = new Thread(shown::interrupted, "pbq-training-interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.apply(shown);
    } finally {
      shown.ended.countDown();
      InterruptNotice.remove(hook);
    }
  }

  private void interrupted() {
    stops = true;
    status.line("pbq: interrupted; the state is saved after this step: continue with --resume");
    try {
      if (!ended.await(MOST_SECONDS, TimeUnit.SECONDS)) {
        status.line("pbq: the step takes too long: only states saved before it are kept");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean stops() {
    return stops;
  }

  @Override
  public void begins(TrainingSettings settings) {
    steps = settings.schedule().steps();
  }

  @Override
  public void written(int texts, int all) {
    status.update("the teacher writes: text " + texts + " of " + all);
  }

  @Override
  public void step(CurvePoint point) {
    if (firstStep < 0) {
      firstStep = Math.max(0, point.step() - 1);
    }
    String text = String.format(Locale.ROOT, "step %d of %d", point.step(), steps);
    if (point.loss() != null) {
      text +=
          String.format(Locale.ROOT, "  loss %.4f  lr %.2e", point.loss(), point.learningRate());
    }
    if (point.heldOut() != null) {
      text += String.format(Locale.ROOT, "  held-out %s %.4f", measure, point.heldOut());
      if (point.accuracy() != null) {
        text += String.format(Locale.ROOT, "  accuracy %.4f", point.accuracy());
      }
      status.line(text + remaining(point.step()));
    } else {
      status.update(text + remaining(point.step()));
    }
  }

  private String remaining(int step) {
    int done = step - firstStep;
    if (done < 1 || step == steps) {
      return "";
    }
    double seconds = (System.nanoTime() - started) / 1e9 / done * (steps - step);
    return String.format(Locale.ROOT, "  about %.0f s left", seconds);
  }

  @Override
  public void warning(String message) {
    status.line("pbq: " + message);
  }
}
