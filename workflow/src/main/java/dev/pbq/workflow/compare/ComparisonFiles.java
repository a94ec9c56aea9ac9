package dev.pbq.workflow.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.JsonFiles;
import dev.pbq.eval.report.ChartPanels;
import dev.pbq.eval.report.Section;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The files of a comparison: Markdown for people, CSV and JSON for programs. */
public final class ComparisonFiles {
  /** File name without its extension. */
  public static final String NAME = "compare";

  private static final String CURVE_LINEARS = "curve-linears.svg";
  private static final String CURVE_FILE = "curve-file.svg";

  private static final ObjectMapper JSON = new ObjectMapper();

  private ComparisonFiles() {}

  /** Writes all three files, each whole or not at all. */
  public static void write(Comparison comparison, Path root) {
    JsonFiles.write(root.resolve(NAME + ".json"), json(comparison));
    writeText(root.resolve(NAME + ".csv"), comparison.numbers().csv());
    StringBuilder markdown = new StringBuilder();
    markdown.append("# ").append(comparison.model()).append("\n\n");
    markdown.append(comparison.table().markdown()).append('\n');
    markdown.append(explanation(comparison)).append("\n");
    for (Row.Failed row : comparison.failures()) {
      markdown.append("\n- ").append(row.label()).append(" failed: ").append(row.failure());
    }
    markdown.append(comparison.failures().isEmpty() ? "\n" : "\n\n");
    markdown
        .append("    ")
        .append(comparison.command())
        .append("\n\npbq ")
        .append(comparison.version());
    writeText(root.resolve(NAME + ".md"), markdown.append("\n").toString());
  }

  /**
   * Draws the curves: {@code curve-linears.svg} against the stored bits of the linears, {@code
   * curve-file.svg} against the size of the whole file.
   */
  static void draw(Comparison comparison, Path root) {
    Curves curves = new Curves(comparison);
    for (boolean file : new boolean[] {false, true}) {
      List<Section.Figure> figures = curves.figures(file);
      if (!figures.isEmpty()) {
        ChartPanels.write(figures, root.resolve(file ? CURVE_FILE : CURVE_LINEARS));
      }
    }
  }

  private static void writeText(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Everything, with the fronts that each row is on. */
  private static ObjectNode json(Comparison comparison) {
    ObjectNode tree = JSON.valueToTree(comparison);
    Fronts fronts = comparison.fronts();
    for (int i = 0; i < comparison.rows().size(); i++) {
      Row row = comparison.rows().get(i);
      ObjectNode node = (ObjectNode) tree.withArray("rows").get(i);
      node.put("front", fronts.has(row));
      for (Panel panel : Panel.values()) {
        node.put("front_" + panel.name().toLowerCase(Locale.ROOT), fronts.has(panel, row));
      }
    }
    return tree;
  }

  /** What the columns are, in two or three sentences. */
  public static String explanation(Comparison comparison) {
    StringBuilder text =
        new StringBuilder(
            "Bits are per weight: paper and stored of the quantized layers, model of the whole;"
                + " GB is the whole checkpoint. Seconds and peak RSS are of quantizing, each in a"
                + " process of its own.");
    comparison.measured().stream()
        .map(row -> row.scores().fromOriginal())
        .flatMap(Optional::stream)
        .findFirst()
        .ifPresent(
            d ->
                text.append(" KL(original || model) in nats per token and same top token: ")
                    .append(d.windows())
                    .append(" windows of ")
                    .append(d.seqlen())
                    .append(" tokens of ")
                    .append(d.dataset())
                    .append('.'));
    text.append(
        " Front: no measured row is smaller (bits of the linears; GB of the file) without more"
            + " loss.");
    if (comparison.rows().stream().anyMatch(Row.Given.class::isInstance)) {
      text.append(" Given figures were not measured here, and are on no front.");
    }
    return text.toString();
  }
}
