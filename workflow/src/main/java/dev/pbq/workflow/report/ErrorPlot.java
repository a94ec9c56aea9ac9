package dev.pbq.workflow.report;

import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.pipeline.LinearOutcome;
import dev.pbq.core.pipeline.QuantizationReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The relative error of every layer as a bar chart, in SVG. */
public final class ErrorPlot {
  /** The picture's name in a model folder. */
  public static final String FILE = "pbq-errors.svg";

  private static final int BAR = 14;
  private static final int LABELS = 330;
  private static final int WIDTH = 500;
  private static final int MARGIN = 40;

  private ErrorPlot() {}

  /** Writes the chart into a model folder. */
  public static void write(Path folder, QuantizationReport report) {
    AtomicFile.write(folder.resolve(FILE), svg(report).getBytes(StandardCharsets.UTF_8));
  }

  /** Draws. */
  public static String svg(QuantizationReport report) {
    List<LinearOutcome> linears = report.linears();
    double largest = linears.stream().mapToDouble(LinearOutcome::relativeError).max().orElse(0);
    int height = 2 * MARGIN + BAR * linears.size();
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"11\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
                + "<text x=\"10\" y=\"24\" font-size=\"14\">%s: relative error of each layer"
                + " (%s)</text>%n",
            LABELS + WIDTH + 80,
            height,
            escape(report.model() + ", " + report.method()),
            linears.stream().anyMatch(l -> l.errorMetric().equals("output"))
                ? "of its outputs"
                : "of its weights"));
    int y = MARGIN;
    for (LinearOutcome l : linears) {
      double share = largest > 0 ? l.relativeError() / largest : 0;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                  + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#3b6ea5\"/>"
                  + "<text x=\"%.1f\" y=\"%d\">%.4g</text>%n",
              LABELS - 6,
              y + BAR - 4,
              escape(l.name()),
              LABELS,
              y + 1,
              share * WIDTH,
              BAR - 3,
              LABELS + share * WIDTH + 5,
              y + BAR - 4,
              l.relativeError()));
      y += BAR;
    }
    return svg.append("</svg>\n").toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
