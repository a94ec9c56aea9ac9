package dev.pbq.eval.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws charts with XChart, as SVG text. */
final class ChartSvg {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 430;
  private static final int PLOT_WIDTH = 560;
  private static final int LETTER_WIDTH = 7;
  private static final double LOGARITHMIC_FROM = 20;
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  private static final BasicStroke THIN = new BasicStroke(1f);
  private static final BasicStroke LINE = new BasicStroke(2.2f);
  static final BasicStroke DASHES =
      new BasicStroke(
          1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, new float[] {6f, 5f}, 0f);
  static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.SQUARE,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.TRIANGLE_DOWN);

  private ChartSvg() {}

  /** Draws a chart; the SVG has a transparent background. */
  static String draw(Chart chart, ChartTheme theme) {
    if (chart instanceof Chart.Scatter scatter) {
      return encode(scatter(scatter, theme));
    }
    if (chart instanceof Chart.StackedBars bars) {
      return encode(bars(bars, theme));
    }
    if (chart instanceof Chart.Lines lines) {
      return encode(lines(lines, theme));
    }
    if (chart instanceof Chart.Curve curve) {
      return encode(CurveChart.of(curve, theme));
    }
    throw new IllegalStateException("no way to draw a " + chart.getClass().getSimpleName());
  }

  private static XYChart scatter(Chart.Scatter data, ChartTheme theme) {
    XYChart chart = new XYChart(WIDTH, HEIGHT);
    titles(chart::setXAxisTitle, chart::setYAxisTitle, data);
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter).setMarkerSize(11);
    style(chart.getStyler(), theme);
    List<Double> ys = new ArrayList<>(data.points().stream().map(Chart.Point::y).toList());
    List<Double> xs = data.points().stream().map(Chart.Point::x).toList();
    data.reference().ifPresent(ys::add);
    double low = Collections.min(ys);
    double high = Collections.max(ys);
    boolean logarithmic = high > LOGARITHMIC_FROM * low;
    chart
        .getStyler()
        .setYAxisLogarithmic(logarithmic)
        .setPlotGridHorizontalLinesVisible(!logarithmic)
        .setYAxisTickLabelsFormattingFunction(HtmlReport::number);
    double left = Math.max(0, Math.floor(Collections.min(xs) * 2 - 0.5) / 2);
    double right = Math.ceil(Collections.max(xs) * 2 + 1.5) / 2;
    chart.getStyler().setXAxisMin(left).setXAxisMax(right);
    double margin = (high - low) * 0.08 + high * 0.02;
    if (!logarithmic) {
      chart.getStyler().setYAxisMin(Math.max(0, low - margin)).setYAxisMax(high + margin);
    }
    data.reference()
        .ifPresent(
            y -> {
              XYSeries line =
                  chart.addSeries(
                      data.referenceLabel(), new double[] {left, right}, new double[] {y, y});
              line.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
              line.setMarker(SeriesMarkers.NONE).setLineStyle(DASHES).setLineColor(theme.ink());
            });
    for (int i = 0; i < data.points().size(); i++) {
      Chart.Point point = data.points().get(i);
      XYSeries series =
          chart.addSeries(point.label(), new double[] {point.x()}, new double[] {point.y()});
      series.setMarker(MARKERS.get(i % MARKERS.size()));
      series.setMarkerColor(theme.series().get(i % theme.series().size()));
    }
    return chart;
  }

  private static CategoryChart bars(Chart.StackedBars data, ChartTheme theme) {
    CategoryChart chart = new CategoryChart(WIDTH, HEIGHT);
    titles(chart::setXAxisTitle, chart::setYAxisTitle, data);
    chart.getStyler().setStacked(true).setAvailableSpaceFill(0.6);
    style(chart.getStyler(), theme);
    int longest = data.categories().stream().mapToInt(String::length).max().orElse(0);
    boolean crowded = longest * LETTER_WIDTH * data.categories().size() > PLOT_WIDTH;
    chart.getStyler().setXAxisLabelRotation(crowded ? 35 : 0);
    chart.getStyler().setLegendVisible(data.parts().size() > 1);
    for (int i = 0; i < data.parts().size(); i++) {
      Chart.Part part = data.parts().get(i);
      chart
          .addSeries(part.name(), data.categories(), part.values())
          .setFillColor(theme.series().get(i % theme.series().size()));
    }
    return chart;
  }

  private static XYChart lines(Chart.Lines data, ChartTheme theme) {
    XYChart chart = new XYChart(WIDTH, HEIGHT * 3 / 4);
    titles(chart::setXAxisTitle, chart::setYAxisTitle, data);
    chart.getStyler().setMarkerSize(6);
    style(chart.getStyler(), theme);
    chart.getStyler().setYAxisMin(0.0).setXAxisDecimalPattern("0");
    chart.getStyler().setYAxisTickLabelsFormattingFunction(HtmlReport::number);
    for (int i = 0; i < data.lines().size(); i++) {
      List<Double> values = data.lines().get(i).values();
      double[] x = new double[values.size()];
      double[] y = new double[values.size()];
      for (int j = 0; j < x.length; j++) {
        x[j] = data.first() + j;
        y[j] = values.get(j);
      }
      Color colour = theme.series().get(i % theme.series().size());
      XYSeries series = chart.addSeries(data.lines().get(i).name(), x, y);
      series.setMarker(MARKERS.get(i % MARKERS.size()));
      series.setMarkerColor(colour).setLineColor(colour).setLineStyle(LINE);
    }
    return chart;
  }

  static void titles(Consumer<String> x, Consumer<String> y, Chart data) {
    x.accept(data.xTitle());
    y.accept(data.yTitle());
  }

  static void style(AxesChartStyler styler, ChartTheme theme) {
    styler
        .setAxisTitleFont(FONT)
        .setAxisTickLabelsFont(FONT)
        .setAxisTickLabelsColor(theme.ink())
        .setAxisTickMarksColor(theme.grid())
        .setAxisTickMarksStroke(THIN)
        .setPlotGridLinesColor(theme.grid())
        .setPlotGridLinesStroke(THIN)
        .setPlotGridVerticalLinesVisible(false)
        .setXAxisTitleColor(theme.ink())
        .setYAxisTitleColor(theme.ink());
    styler
        .setBaseFont(FONT)
        .setLegendFont(FONT)
        .setAnnotationTextFont(FONT)
        .setChartFontColor(theme.ink())
        .setChartTitleVisible(false)
        .setChartBackgroundColor(ChartTheme.CLEAR)
        .setPlotBackgroundColor(ChartTheme.CLEAR)
        .setPlotBorderVisible(false)
        .setLegendBackgroundColor(ChartTheme.CLEAR)
        .setLegendBorderColor(ChartTheme.CLEAR)
        .setLegendPosition(LegendPosition.OutsideE)
        .setSeriesColors(theme.seriesArray())
        .setAnnotationTextFontColor(theme.ink())
        .setChartPadding(8)
        .setLocale(Locale.ROOT);
  }

  private static String encode(IChart chart) {
    try {
      return shortened(new String(ChartEncoder.getBytes(chart, "svg"), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
  }

  /** Without the prolog, which names a document on the network, and to a hundredth of a pixel. */
  private static String shortened(String svg) {
    return svg.substring(svg.indexOf("<svg ")).replaceAll("(\\d\\.\\d\\d)\\d+", "$1");
  }
}
