package dev.pbq.eval.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The chart of loss against size, with both axes logarithmic. */
final class CurveChart {
  static final int WIDTH = 1000;
  static final int HEIGHT = 620;

  /** Room on each side of the points, as a share of the plot. */
  private static final double ROOM = 0.06;

  private static final int MARKER = 9;
  private static final int LABEL = 10;
  private static final BasicStroke FRONT = new BasicStroke(1.4f);

  private final XYChart chart = new XYChart(WIDTH, HEIGHT);
  private final Chart.Curve data;
  private final ChartTheme theme;
  private final LogRange xs;
  private final LogRange ys;

  private CurveChart(Chart.Curve data, ChartTheme theme) {
    this.data = data;
    this.theme = theme;
    this.xs = LogRange.of(points().mapToDouble(Chart.Point::x).toArray(), ROOM);
    List<Double> heights = new ArrayList<>(points().map(Chart.Point::y).toList());
    data.reference().ifPresent(heights::add);
    this.ys = LogRange.of(heights.stream().mapToDouble(Double::doubleValue).toArray(), ROOM);
  }

  /** Draws. */
  static XYChart of(Chart.Curve data, ChartTheme theme) {
    return new CurveChart(data, theme).draw();
  }

  private XYChart draw() {
    ChartSvg.titles(chart::setXAxisTitle, chart::setYAxisTitle, data);
    chart
        .getStyler()
        .setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
        .setMarkerSize(MARKER);
    ChartSvg.style(chart.getStyler(), theme);
    chart
        .getStyler()
        .setXAxisLogarithmic(true)
        .setYAxisLogarithmic(true)
        .setXAxisLogarithmicDecadeOnly(false)
        .setYAxisLogarithmicDecadeOnly(false)
        .setXAxisMin(xs.low())
        .setXAxisMax(xs.high())
        .setYAxisMin(ys.low())
        .setYAxisMax(ys.high())
        .setPlotGridVerticalLinesVisible(true)
        .setXAxisTickLabelsFormattingFunction(HtmlReport::number)
        .setYAxisTickLabelsFormattingFunction(HtmlReport::number);
    chart.getStyler().setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, LABEL));
    data.reference()
        .ifPresent(
            y ->
                line(
                    data.referenceLabel(),
                    new double[] {xs.low(), xs.high()},
                    new double[] {y, y},
                    ChartSvg.DASHES));
    if (!data.front().isEmpty()) {
      line(
          "Pareto front",
          data.front().stream().mapToDouble(Chart.Point::x).toArray(),
          data.front().stream().mapToDouble(Chart.Point::y).toArray(),
          FRONT);
    }
    data.series().stream().filter(s -> !s.points().isEmpty()).forEach(this::series);
    labels();
    return chart;
  }

  private void line(String name, double[] x, double[] y, BasicStroke stroke) {
    XYSeries line = chart.addSeries(name, x, y);
    line.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
    line.setMarker(SeriesMarkers.NONE).setLineStyle(stroke).setLineColor(theme.ink());
  }

  private void series(Chart.Series series) {
    XYSeries drawn =
        chart.addSeries(
            series.name(),
            series.points().stream().mapToDouble(Chart.Point::x).toArray(),
            series.points().stream().mapToDouble(Chart.Point::y).toArray());
    Color colour = theme.series().get(series.place() % theme.series().size());
    drawn
        .setMarker(
            series.given()
                ? SeriesMarkers.CROSS
                : ChartSvg.MARKERS.get(series.place() % ChartSvg.MARKERS.size()))
        .setMarkerColor(colour);
  }

  /** A label above or below each point, where fewest others are. */
  private void labels() {
    LabelPlaces places = new LabelPlaces();
    points().forEach(p -> places.occupy(xs.share(p.x()), ys.share(p.y())));
    points()
        .forEach(
            p -> {
              LabelPlaces.Place at = places.put(p.label(), xs.share(p.x()), ys.share(p.y()));
              chart.addAnnotation(
                  new AnnotationText(p.label(), xs.value(at.x()), ys.value(at.y()), false));
            });
  }

  private Stream<Chart.Point> points() {
    return data.series().stream().flatMap(s -> s.points().stream());
  }
}
