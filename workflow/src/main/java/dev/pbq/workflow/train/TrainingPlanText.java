package dev.pbq.workflow.train;

import dev.pbq.core.Amounts;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.run.TrainingEstimate;
import java.io.PrintWriter;
import java.util.Locale;

/** What a training will take, in a few lines of text. */
public final class TrainingPlanText {
  private TrainingPlanText() {}

  /**
   * Prints it.
   *
   * @param estimate of {@code job} by {@code method}
   */
  public static void print(
      TrainingJob job, TrainingMethod method, TrainingEstimate estimate, PrintWriter out) {
    int threads = job.running().threads();
    out.printf("model          %s (%s)%n", job.resolved().displayName(), job.resolved().folder());
    out.printf("method         %s%n", method.name());
    out.printf(
        Locale.ROOT,
        "linear layers  %d, %,d weights, about %.3f bits stored, %.2f by the paper's count%n",
        estimate.linears(),
        estimate.weights(),
        (double) estimate.storedBits() / estimate.weights(),
        estimate.paperBits());
    out.printf(
        "memory         about %s, %s of them for the backward pass of a batch%n",
        Amounts.bytes(estimate.memoryBytes()), Amounts.bytes(estimate.graphBytes()));
    int steps = estimate.steps();
    out.printf(
        Locale.ROOT,
        "time           about %s for %s (%.3g operations each, on %d threads)%n",
        Amounts.duration(estimate.seconds(Math.max(1, steps), threads)),
        steps == 0 ? "a step" : steps + " steps",
        estimate.stepOperations(),
        threads);
  }
}
