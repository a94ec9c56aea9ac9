package dev.pbq.search.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.search.sampler.Variable;
import java.util.List;
import java.util.Locale;

/** The front as a table for programs. */
final class FrontCsv {
  private FrontCsv() {}

  /** Comma-separated values: a line for each trial of the front, with every choice. */
  static String of(StudyResult result, List<Variable> variables) {
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
