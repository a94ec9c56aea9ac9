package dev.pbq.cli.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.formats.search.Variable;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The front as a table for people and for programs. */
public final class FrontReport {
  private FrontReport() {}

  /** Prints the front, and what it has against each uniform configuration. */
  public static void print(StudyResult result, PrintWriter out) {
    String label = result.metric().label();
    List<Measured> front = result.front();
    out.printf("%-8s %12s %10s %8s %14s%n", "trial", label, "density", "bits", "own-width bits");
    for (Measured t : front) {
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

  /** Comma-separated values: a line for each trial of the front, with every choice. */
  public static String csv(StudyResult result, List<Variable> variables) {
    StringBuilder csv =
        new StringBuilder("trial,")
            .append(result.metric().label())
            .append(",memory_density,average_bits,average_bits_own_widths");
    variables.forEach(v -> csv.append(',').append(v.name()));
    csv.append('\n');
    for (Measured t : result.front()) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%d,%.8g,%.6f,%.6f,%.6f",
              t.trial(),
              t.value(),
              t.density(),
              t.bits(),
              t.ownBits()));
      for (int v = 0; v < variables.size(); v++) {
        csv.append(',').append(text(variables.get(v).choices().get(t.choices().get(v))));
      }
      csv.append('\n');
    }
    return csv.toString();
  }

  private static String text(JsonNode choice) {
    String text = choice.isTextual() ? choice.textValue() : choice.toString();
    return text.contains(",") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
