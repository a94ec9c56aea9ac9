package dev.pbq.workflow.compare;

import dev.pbq.eval.report.Chart;
import dev.pbq.eval.report.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The curves of a comparison: loss against stored bits, one picture for each panel. */
public final class Curves {
  private static final String FULL = "full precision";

  private final Comparison comparison;
  private final Fronts fronts;
  private final Map<String, Integer> places = new LinkedHashMap<>();

  /** The curves of some rows. */
  public Curves(Comparison comparison) {
    this.comparison = comparison;
    this.fronts = comparison.fronts();
    for (Row row : quantized()) {
      places.putIfAbsent(row.series(), places.size());
    }
  }

  /**
   * The picture of a panel.
   *
   * @return empty if no row has both figures
   */
  public Optional<Section.Figure> figure(Panel panel) {
    return chart(panel)
        .map(chart -> new Section.Figure(title(panel), note(panel), words(panel), chart));
  }

  /** All pictures whose size is that of the whole file, or of the linears. */
  List<Section.Figure> figures(boolean file) {
    return Panel.of(file).stream().map(this::figure).flatMap(Optional::stream).toList();
  }

  private Optional<Chart.Curve> chart(Panel panel) {
    List<Chart.Series> series = new ArrayList<>();
    for (Map.Entry<String, Integer> place : places.entrySet()) {
      for (boolean given : new boolean[] {false, true}) {
        List<Chart.Point> points = points(panel, place.getKey(), given);
        if (!points.isEmpty()) {
          String name = given ? place.getKey() + " (given)" : place.getKey();
          series.add(new Chart.Series(name, place.getValue(), given, points));
        }
      }
    }
    return series.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Chart.Curve(
                panel.isFile() ? "MB of the whole file" : "stored bits per weight of the linears",
                panel.isDistance() ? "mean KL, nats per token" : "perplexity",
                series,
                fronts.of(panel).stream()
                    .filter(row -> drawable(panel.point(row)))
                    .map(row -> point(panel, row))
                    .toList(),
                reference(panel),
                FULL));
  }

  /** What the chart of a panel shows, in words. */
  private String words(Panel panel) {
    StringBuilder text = new StringBuilder();
    for (Row row : quantized()) {
      ParetoFront.Point at = panel.point(row);
      if (drawable(at)) {
        text.append(
            String.format(
                Locale.ROOT,
                "%s %.3f %s, %s %.4f%s; ",
                row.label(),
                at.x(),
                panel.isFile() ? "MB" : "bits",
                panel.isDistance() ? "KL" : "perplexity",
                at.y(),
                fronts.has(panel, row) ? ", on the front" : ""));
      }
    }
    reference(panel).ifPresent(y -> text.append(String.format(Locale.ROOT, "%s %.4f.", FULL, y)));
    return text.toString().strip();
  }

  private static String title(Panel panel) {
    return (panel.isDistance() ? "Distance against " : "Perplexity against ")
        + (panel.isFile() ? "the size of the file" : "stored bits");
  }

  private static String note(Panel panel) {
    return (panel.isFile()
            ? "Megabytes of all weight files, embedding and head included."
            : "Stored bits per weight of the quantized linears, everything that they need"
                + " included.")
        + (panel.isDistance()
            ? " Mean KL(original || model): it separates methods where perplexity does not."
            : "")
        + " Lower and further left is better; on the line are the rows that no other measured one"
        + " beats. Crosses are figures that were given.";
  }

  /** Full precision has no distance from itself. */
  private OptionalDouble reference(Panel panel) {
    double y = panel.point(comparison.rows().get(0)).y();
    return !panel.isDistance() && y > 0 && Double.isFinite(y)
        ? OptionalDouble.of(y)
        : OptionalDouble.empty();
  }

  private List<Chart.Point> points(Panel panel, String series, boolean given) {
    return quantized().stream()
        .filter(row -> row.series().equals(series) && (row instanceof Row.Given) == given)
        .filter(row -> drawable(panel.point(row)))
        .map(row -> point(panel, row))
        .toList();
  }

  private List<Row> quantized() {
    return comparison.rows().stream().skip(1).toList();
  }

  private static Chart.Point point(Panel panel, Row row) {
    ParetoFront.Point at = panel.point(row);
    return new Chart.Point(row.label(), at.x(), at.y());
  }

  /** Logarithmic axes have no place for 0, such as the distance of an equal model. */
  private static boolean drawable(ParetoFront.Point at) {
    return at.x() > 0 && at.y() > 0 && Double.isFinite(at.x()) && Double.isFinite(at.y());
  }
}
