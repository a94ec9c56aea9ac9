package dev.pbq.search.study;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/**
 * The result of a search as tables for people.
 *
 * @param result of the study
 * @param out where it is printed
 */
public record FrontTable(StudyResult result, PrintWriter out) {
  /** Prints the front, and what it has against each uniform configuration. */
  public void print() {
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
}
