package dev.pbq.cli.console;

import dev.pbq.search.study.Measured;
import dev.pbq.search.study.QualityMetric;
import dev.pbq.search.study.StudyOutput;
import dev.pbq.search.study.StudyResult;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/**
 * Prints the result of a search as tables for people.
 *
 * @param result of the study
 * @param out where it is printed
 */
public record SearchReport(StudyResult result, PrintWriter out) {
  /** Prints the front, and what it has against each uniform configuration. */
  public void printFront() {
    String label = result.metric().label();
    out.printf("%-8s %12s %10s %8s %14s%n", "trial", label, "density", "bits", "own-width bits");
    for (Measured t : result.front()) {
      out.printf(
          Locale.ROOT,
          "%-8d %12.5g %9.3fx %8.3f %14.3f%n",
          t.trial(),
          t.value(),
          t.density(),
          t.bits(),
          t.ownBits());
    }
    out.println();
    out.printf(
        "%-8s %12s %10s %8s   %s%n", "uniform", label, "density", "bits", "best trial as dense");
    out.printf(
        Locale.ROOT, "%-8s %12.5g %9.3fx %8.3f%n", "float32", result.full().value(), 1.0, 32.0);
    for (Measured u : result.uniform()) {
      out.printf(
          Locale.ROOT,
          "%-8s %12s %9.3fx %8.3f   %s%n",
          u.label(),
          u.value() == null ? "failed" : String.format(Locale.ROOT, "%.5g", u.value()),
          u.density(),
          u.bits(),
          u.value() == null ? "" : against(result.better(u)));
    }
  }

  private static String against(Optional<Measured> better) {
    return better
        .map(
            t ->
                String.format(
                    Locale.ROOT,
                    "trial %d: %.5g, %.3f bits, %.3f at own widths",
                    t.trial(),
                    t.value(),
                    t.bits(),
                    t.ownBits()))
        .orElse("none is better");
  }

  /**
   * Prints where everything was written, and how to go on.
   *
   * @param best the best trial, if any is good enough
   * @param model its name, for the command that packs it
   */
  public void printFiles(StudyOutput.Written written, Optional<Measured> best, String model) {
    QualityMetric metric = result.metric();
    out.println("front          " + written.front() + ", pareto.svg, pareto.png");
    out.println("configurations " + written.configurations());
    if (best.isEmpty() || written.best().isEmpty()) {
      out.println("no trial satisfies the limits: no best configuration is written");
      return;
    }
    out.println("best           trial " + best.get().describe(metric));
    out.println("  run it       --act-format " + written.best().get());
    if (written.recipe().isEmpty()) {
      out.println("  no recipe: packed weights have at most 8 bits, or none is quantized");
      return;
    }
    out.println("  pack it      quantize " + model + " --recipe " + written.recipe().get());
  }
}
