package dev.pbq.workflow.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;

/** The facts of {@link InspectionJson} for people. */
public final class InspectionText {
  private InspectionText() {}

  /** Prints them, a line for each, and the layers as a table. */
  public static void print(ObjectNode facts, PrintWriter out) {
    facts
        .properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              String label = field.getKey().replace('_', ' ');
              if (value.isArray()) {
                out.println();
                out.printf("%-52s %13s %10s %14s%n", "layer", "shape", "bits", "relative error");
                value.forEach(layer -> printLayer(layer, out));
              } else if (value.isObject()) {
                out.println(label + ":");
                value.properties().forEach(f -> out.println("  " + line(f.getKey(), f.getValue())));
              } else {
                out.println(line(label, value));
              }
            });
  }

  private static String line(String label, JsonNode value) {
    return String.format(Locale.ROOT, "%-26s %s", label, text(value));
  }

  private static String text(JsonNode value) {
    if (value.isFloatingPointNumber()) {
      return String.format(Locale.ROOT, "%.4f", value.asDouble());
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static void printLayer(JsonNode layer, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-52s %13s %10.4f %14s%n",
        layer.path("name").asText(),
        layer.path("rows").asText() + "x" + layer.path("cols").asText(),
        layer.path("stored_bits_per_weight").asDouble(),
        layer.has("relative_error")
            ? String.format(Locale.ROOT, "%.5f", layer.path("relative_error").asDouble())
            : "-");
  }
}
