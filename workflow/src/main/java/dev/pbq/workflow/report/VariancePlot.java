package dev.pbq.workflow.report;

import dev.pbq.eval.profile.VarianceEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Variances over blocks on a logarithmic scale, a line for each operation, in SVG. */
public final class VariancePlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;
  private static final int LEFT = 70;
  private static final int TOP = 50;
  private static final int LEGEND = 150;
  private static final List<String> COLOURS =
      List.of(
          "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f",
          "#bcbd22", "#17becf", "#3b3b98", "#b33939", "#218c74");

  private final int blocks;
  private final int lowest;
  private final int highest;

  /** Scales for some entries; variances of zero have no logarithm and are left out. */
  private VariancePlot(List<VarianceEntry> entries) {
    blocks = 1 + entries.stream().mapToInt(VarianceEntry::block).max().orElse(0);
    double[] logs =
        entries.stream()
            .mapToDouble(VarianceEntry::variance)
            .filter(v -> v > 0)
            .map(Math::log10)
            .sorted()
            .toArray();
    lowest = logs.length == 0 ? 0 : (int) Math.floor(logs[0]);
    highest = logs.length == 0 ? 1 : Math.max(lowest + 1, (int) Math.ceil(logs[logs.length - 1]));
  }

  /** Draws. */
  public static String svg(String title, List<VarianceEntry> entries) {
    return new VariancePlot(entries).draw(title, entries);
  }

  private String draw(String title, List<VarianceEntry> entries) {
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"11\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
            + "<text x=\"10\" y=\"24\" font-size=\"14\">%s</text>%n",
        LEFT + WIDTH + LEGEND,
        TOP + HEIGHT + 50,
        title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    axes(svg);
    Map<String, Map<Integer, Double>> lines = new LinkedHashMap<>();
    for (VarianceEntry e : entries) {
      lines.computeIfAbsent(e.operation(), o -> new TreeMap<>()).put(e.block(), e.variance());
    }
    int n = 0;
    for (Map.Entry<String, Map<Integer, Double>> line : lines.entrySet()) {
      line(svg, line.getKey(), line.getValue(), n++);
    }
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg) {
    int step = Math.max(1, (highest - lowest) / 8);
    for (int power = lowest; power <= highest; power += step) {
      double y = y(power);
      add(
          svg,
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>"
              + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">1e%d</text>%n",
          LEFT,
          y,
          LEFT + WIDTH,
          y,
          LEFT - 6,
          y + 4,
          power);
    }
    int every = Math.max(1, (blocks + 15) / 16);
    for (int block = 0; block < blocks; block += every) {
      add(
          svg,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>%n",
          x(block),
          TOP + HEIGHT + 16,
          block);
    }
    add(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">decoder block</text>%n",
        LEFT + WIDTH / 2,
        TOP + HEIGHT + 36);
  }

  private void line(StringBuilder svg, String name, Map<Integer, Double> values, int index) {
    String colour = COLOURS.get(index % COLOURS.size());
    StringBuilder points = new StringBuilder();
    values.forEach(
        (block, variance) -> {
          if (variance > 0) {
            add(points, "%.1f,%.1f ", x(block), y(Math.log10(variance)));
          }
        });
    if (!points.isEmpty()) {
      add(
          svg,
          "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"%s\"/>%n",
          colour,
          points.toString().strip());
      for (String point : points.toString().strip().split(" ", -1)) {
        String[] xy = point.split(",", -1);
        add(svg, "<circle cx=\"%s\" cy=\"%s\" r=\"2\" fill=\"%s\"/>%n", xy[0], xy[1], colour);
      }
    }
    int y = TOP + 12 + 18 * index;
    add(
        svg,
        "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"4\" fill=\"%s\"/>"
            + "<text x=\"%d\" y=\"%d\">%s</text>%n",
        LEFT + WIDTH + 12,
        y - 6,
        colour,
        LEFT + WIDTH + 30,
        y,
        name);
  }

  private double x(int block) {
    return LEFT + WIDTH * (blocks == 1 ? 0.5 : (double) block / (blocks - 1));
  }

  private double y(double log) {
    return TOP + HEIGHT * (highest - log) / (highest - lowest);
  }

  private static void add(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }
}
