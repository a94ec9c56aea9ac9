package dev.pbq.cli.console;

import dev.pbq.train.run.CurvePoint;
import dev.pbq.train.run.TrainingProgress;
import java.util.Locale;

/** Shows a training: every step in passing, every look at the held-out windows as a line. */
public final class TrainingStatus implements TrainingProgress {
  private final StatusLine status;
  private final int steps;
  private final String measure;
  private final long started = System.nanoTime();
  private int firstStep = -1;

  /**
   * Shows on a line.
   *
   * @param steps of the whole run
   * @param measure what is measured on held-out windows
   */
  public TrainingStatus(StatusLine status, int steps, String measure) {
    this.status = status;
    this.steps = steps;
    this.measure = measure;
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
