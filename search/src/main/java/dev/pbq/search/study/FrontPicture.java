package dev.pbq.search.study;

import dev.pbq.core.PbqException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The front beside all trials and the uniform configurations: density to the right, the metric
 * upward. Trials that are much worse than the worst of the front are left out, so that the front
 * can be seen.
 */
public final class FrontPicture {
  private static final int WIDTH = 820;
  private static final int HEIGHT = 560;
  private static final int LEFT = 84;
  private static final int RIGHT = 24;
  private static final int TOP = 46;
  private static final int BOTTOM = 56;
  private static final int TICKS = 6;
  private static final String BLUE = "#1f5fa8";
  private static final String ORANGE = "#c8571b";
  private static final String GRAY = "#a8a8a8";

  private final String title;
  private final String axis;
  private final List<Measured> front;
  private final List<Measured> others;
  private final List<Measured> uniform;
  private final double[] x;
  private final double[] y;

  private FrontPicture(String model, StudyResult result) {
    QualityMetric metric = result.metric();
    this.title = model + ": " + metric.label() + " and memory density";
    this.axis = metric.label();
    this.front = result.front();
    // Uniform points that fail or lie far below the front would squeeze it into a line.
    double worst = Double.POSITIVE_INFINITY;
    for (Measured m : front) {
      worst = Math.min(worst, metric.quality(m.value()));
    }
    for (Measured m : result.uniform()) {
      if (m.value() != null && front.stream().anyMatch(f -> f.density() >= m.density())) {
        worst = Math.min(worst, metric.quality(m.value()));
      }
    }
    double floor = worst - 1e-9;
    this.others =
        result.trials().stream()
            .filter(m -> m.value() != null && metric.quality(m.value()) >= floor)
            .filter(m -> !front.contains(m))
            .toList();
    this.uniform =
        result.uniform().stream()
            .filter(m -> m.value() != null && metric.quality(m.value()) >= floor)
            .toList();
    this.x = range(Measured::density);
    this.y = range(Measured::value);
  }

  /** As SVG. */
  public static String svg(String model, StudyResult result) {
    return new FrontPicture(model, result).svg();
  }

  /** As PNG. */
  public static byte[] png(String model, StudyResult result) {
    return new FrontPicture(model, result).png();
  }

  private double[] range(ToDoubleFunction<Measured> of) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (List<Measured> points : List.of(front, others, uniform)) {
      for (Measured m : points) {
        low = Math.min(low, of.applyAsDouble(m));
        high = Math.max(high, of.applyAsDouble(m));
      }
    }
    double margin = low < high ? 0.05 * (high - low) : Math.max(0.05 * Math.abs(low), 1e-3);
    return new double[] {low - margin, high + margin};
  }

  private String svg() {
    StringBuilder svg = new StringBuilder();
    line(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH,
        HEIGHT);
    line(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    line(svg, "<text x=\"%d\" y=\"26\" font-size=\"15\">%s</text>", LEFT, escape(title));
    axes(svg);
    for (Measured m : others) {
      line(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>", px(m), py(m), GRAY);
    }
    StringBuilder path = new StringBuilder();
    front.forEach(m -> path.append(String.format(Locale.ROOT, "%.1f,%.1f ", px(m), py(m))));
    line(
        svg,
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\"/>",
        path.toString().strip(),
        BLUE);
    for (Measured m : front) {
      line(
          svg,
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"><title>trial %d</title></circle>",
          px(m),
          py(m),
          BLUE,
          m.trial());
    }
    for (Measured m : uniform) {
      line(
          svg,
          "<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\" fill=\"%s\"/>"
              + "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>",
          px(m) - 4,
          py(m) - 4,
          ORANGE,
          px(m) + 7,
          py(m) - 6,
          ORANGE,
          m.label());
    }
    legend(svg);
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg) {
    int bottom = HEIGHT - BOTTOM;
    for (int i = 0; i <= TICKS; i++) {
      double vx = x[0] + (x[1] - x[0]) * i / TICKS;
      double vy = y[0] + (y[1] - y[0]) * i / TICKS;
      double at = LEFT + (double) (WIDTH - LEFT - RIGHT) * i / TICKS;
      double height = bottom - (double) (bottom - TOP) * i / TICKS;
      line(
          svg,
          "<path d=\"M%.1f %d V%d M%d %.1f H%d\" stroke=\"#e4e4e4\"/>",
          at,
          bottom,
          TOP,
          LEFT,
          height,
          WIDTH - RIGHT);
      line(
          svg,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.2fx</text>"
              + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4g</text>",
          at,
          bottom + 18,
          vx,
          LEFT - 6,
          height + 4,
          vy);
    }
    line(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">memory density against float32</text>",
        (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 14);
    line(
        svg,
        "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
        (TOP + bottom) / 2,
        axis);
  }

  private static void legend(StringBuilder svg) {
    int at = WIDTH - RIGHT - 330;
    line(
        svg,
        "<circle cx=\"%d\" cy=\"22\" r=\"4\" fill=\"%s\"/><text x=\"%d\" y=\"26\">Pareto"
            + " front</text>",
        at,
        BLUE,
        at + 8);
    line(
        svg,
        "<circle cx=\"%d\" cy=\"22\" r=\"2.5\" fill=\"%s\"/>"
            + "<text x=\"%d\" y=\"26\">other trials</text>",
        at + 105,
        GRAY,
        at + 113);
    line(
        svg,
        "<rect x=\"%d\" y=\"18\" width=\"8\" height=\"8\" fill=\"%s\"/>"
            + "<text x=\"%d\" y=\"26\">uniform block fp</text>",
        at + 205,
        ORANGE,
        at + 217);
  }

  private byte[] png() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("memory density against float32")
            .yAxisTitle(axis)
            .build();
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    chart.getStyler().setXAxisMin(x[0]).setXAxisMax(x[1]);
    chart.getStyler().setYAxisMin(y[0]).setYAxisMax(y[1]);
    if (!others.isEmpty()) {
      add(chart, "other trials", others, GRAY).setMarker(SeriesMarkers.CIRCLE);
    }
    XYSeries best = add(chart, "Pareto front", front, BLUE);
    best.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
    best.setMarker(SeriesMarkers.CIRCLE).setLineColor(Color.decode(BLUE));
    if (!uniform.isEmpty()) {
      add(
              chart,
              "uniform block fp, "
                  + uniform.get(0).label()
                  + " to "
                  + uniform.get(uniform.size() - 1).label(),
              uniform,
              ORANGE)
          .setMarker(SeriesMarkers.SQUARE);
    }
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    chart.paint(graphics, WIDTH, HEIGHT);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw PbqException.resources("cannot encode the picture: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  private static XYSeries add(XYChart chart, String name, List<Measured> points, String color) {
    XYSeries series =
        chart.addSeries(
            name,
            points.stream().mapToDouble(Measured::density).toArray(),
            points.stream().mapToDouble(Measured::value).toArray());
    series.setMarkerColor(Color.decode(color));
    return series;
  }

  private double px(Measured m) {
    return LEFT + (WIDTH - LEFT - RIGHT) * (m.density() - x[0]) / (x[1] - x[0]);
  }

  private double py(Measured m) {
    int bottom = HEIGHT - BOTTOM;
    return bottom - (bottom - TOP) * (m.value() - y[0]) / (y[1] - y[0]);
  }

  private static void line(StringBuilder svg, String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
