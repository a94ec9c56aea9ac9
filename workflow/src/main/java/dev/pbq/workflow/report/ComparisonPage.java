package dev.pbq.workflow.report;

import dev.pbq.core.packed.BitKind;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.report.Chart;
import dev.pbq.eval.report.QuantizationSections;
import dev.pbq.eval.report.ReportPage;
import dev.pbq.eval.report.ResultSections;
import dev.pbq.eval.report.Section;
import dev.pbq.workflow.compare.Comparison;
import dev.pbq.workflow.compare.ComparisonFiles;
import dev.pbq.workflow.compare.Curves;
import dev.pbq.workflow.compare.Panel;
import dev.pbq.workflow.compare.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** The page of a comparison. */
public final class ComparisonPage {
  /**
   * The classes in which a best row is named, by their most stored bits per weight: 4, 3, 2 and 1
   * bit with up to 0.6 bit for scales and zero points.
   */
  private static final List<Double> CLASS_LIMITS = List.of(4.6, 3.6, 2.6, 1.6);

  private static final double CLASS_WIDTH = 1;

  private final RunFacts facts;

  /** A page with a section about the run. */
  public ComparisonPage(RunFacts facts) {
    this.facts = facts;
  }

  /**
   * Makes the page.
   *
   * @param root where the rows' directories are
   */
  public ReportPage of(Comparison comparison, Path root) {
    List<Row.Done> done = comparison.measured();
    List<Section> sections = new ArrayList<>();
    Curves curves = new Curves(comparison);
    for (Panel panel : Panel.values()) {
      curves.figure(panel).ifPresent(sections::add);
    }
    for (int i = 1; i < done.get(0).scores().perplexity().size(); i++) {
      sections.add(perplexityPlot(done, i));
    }
    sections.add(
        new Section.Listing(
            "All methods",
            ComparisonFiles.explanation(comparison),
            comparison.table().headers(),
            comparison.table().rows(),
            true));
    failures(comparison).ifPresent(sections::add);
    List<Row.Done> distant =
        done.stream().filter(row -> row.scores().fromOriginal().isPresent()).toList();
    if (!distant.isEmpty()) {
      sections.add(
          ResultSections.distances(
              distant.stream().map(Row::label).toList(),
              distant.stream().map(row -> row.scores().distance()).toList()));
    }
    Map<String, QuantizationReport> reports = new LinkedHashMap<>();
    for (Row.Done row : done) {
      if (row.fingerprint() != null) {
        reports.put(row.label(), QuantizationReport.read(root.resolve(row.directory())));
      }
    }
    if (!reports.isEmpty()) {
      sections.add(bits(reports));
      sections.add(errors(reports));
      sections.add(seconds(reports));
      reports.forEach((label, report) -> sections.add(layers(label, report)));
    }
    sections.add(facts.section());
    return new ReportPage(
        "Quantizations of " + comparison.model(),
        reports.size()
            + " quantizations, each measured from what is stored, beside the full-precision model.",
        bestTiles(done),
        sections,
        RunFacts.footer());
  }

  /** The full model, and the best of those at most so large. */
  private static List<ReportPage.Tile> bestTiles(List<Row.Done> rows) {
    List<ReportPage.Tile> tiles = new ArrayList<>();
    Row.Done full = rows.get(0);
    PerplexityResult first = full.scores().perplexity().get(0);
    tiles.add(
        new ReportPage.Tile(
            "Full precision",
            ResultSections.perplexity(first.perplexity()),
            "perplexity on " + ResultSections.shortName(first.dataset())));
    for (double most : CLASS_LIMITS) {
      Row.Done best = null;
      for (Row.Done row : rows.subList(1, rows.size())) {
        double bits = row.size().storedBits();
        boolean inClass = bits <= most && bits > most - CLASS_WIDTH;
        if (inClass && (best == null || value(row) < value(best))) {
          best = row;
        }
      }
      if (best != null) {
        tiles.add(
            new ReportPage.Tile(
                format("Best at about %.0f bits", Math.floor(most)),
                ResultSections.perplexity(value(best)),
                format("%s, %.3f bits stored", best.label(), best.size().storedBits())));
      }
    }
    return tiles;
  }

  private static double value(Row.Done row) {
    return row.scores().perplexity().get(0).perplexity();
  }

  private static Section perplexityPlot(List<Row.Done> rows, int text) {
    PerplexityResult full = rows.get(0).scores().perplexity().get(text);
    List<Chart.Point> points = new ArrayList<>();
    StringBuilder alt = new StringBuilder("Perplexity against stored bits per weight: ");
    for (Row.Done row : rows.subList(1, rows.size())) {
      double y = row.scores().perplexity().get(text).perplexity();
      points.add(new Chart.Point(row.label(), row.size().storedBits(), y));
      alt.append(
          format(
              "%s %.2f bits, perplexity %s; ",
              row.label(), row.size().storedBits(), ResultSections.perplexity(y)));
    }
    String fullText = ResultSections.perplexity(full.perplexity());
    alt.append("full precision ").append(fullText).append('.');
    return new Section.Figure(
        "Perplexity against stored bits: " + ResultSections.shortName(full.dataset()),
        format(
            "Stored bits per weight of the quantized linears, everything that they need included."
                + " Lower and further left is better. %d windows of %d tokens.",
            full.windows(), full.seqlen()),
        alt.toString(),
        new Chart.Scatter(
            "stored bits per weight",
            "perplexity",
            points,
            OptionalDouble.of(full.perplexity()),
            "full precision"));
  }

  private static Optional<Section> failures(Comparison comparison) {
    List<List<String>> rows =
        comparison.failures().stream().map(row -> List.of(row.label(), row.failure())).toList();
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section.Listing("Failed", "", List.of("method", "reason"), rows, false));
  }

  private static Section bits(Map<String, QuantizationReport> reports) {
    List<Chart.Part> parts = new ArrayList<>();
    for (BitKind kind : BitKind.values()) {
      List<Double> values = new ArrayList<>();
      for (QuantizationReport report : reports.values()) {
        long bits = report.size().storedByKind().getOrDefault(kind, 0L);
        values.add((double) bits / report.size().quantizedWeights());
      }
      if (values.stream().anyMatch(v -> v > 0)) {
        parts.add(new Chart.Part(QuantizationSections.name(kind), values));
      }
    }
    StringBuilder alt = new StringBuilder("Stored bits per weight: ");
    reports.forEach(
        (label, report) -> alt.append(format("%s %.3f; ", label, report.size().storedBits())));
    return new Section.Figure(
        "What the bits are spent on",
        "Bits per weight of the quantized linears, counted from the bytes written.",
        alt.toString(),
        new Chart.StackedBars("method", "bits per weight", List.copyOf(reports.keySet()), parts));
  }

  private static Section errors(Map<String, QuantizationReport> reports) {
    Set<String> kinds = new LinkedHashSet<>();
    List<Map<String, Double>> means = new ArrayList<>();
    for (QuantizationReport report : reports.values()) {
      means.add(new QuantizationSections(report).meanErrors());
      kinds.addAll(means.get(means.size() - 1).keySet());
    }
    double[][] values = new double[means.size()][kinds.size()];
    for (int r = 0; r < values.length; r++) {
      Arrays.fill(values[r], Double.NaN);
      int c = 0;
      for (String kind : kinds) {
        values[r][c++] = means.get(r).getOrDefault(kind, Double.NaN);
      }
    }
    return new Section.HeatMap(
        "Relative error by kind of linear",
        "Mean over the blocks. Methods with calibration: of the layers' outputs; without: of the"
            + " weights; so compare within these two groups.",
        "method",
        List.copyOf(reports.keySet()),
        List.copyOf(kinds),
        values,
        "relative error");
  }

  private static Section seconds(Map<String, QuantizationReport> reports) {
    StringBuilder alt = new StringBuilder("Seconds of quantizing: ");
    reports.forEach((label, report) -> alt.append(format("%s %.1f; ", label, report.seconds())));
    return new Section.Figure(
        "Time",
        "Wall time of quantizing, calibration included.",
        alt.toString(),
        new Chart.StackedBars(
            "method",
            "seconds",
            List.copyOf(reports.keySet()),
            List.of(
                new Chart.Part(
                    "seconds",
                    reports.values().stream().map(QuantizationReport::seconds).toList()))));
  }

  private static Section layers(String label, QuantizationReport report) {
    return new Section.Fold(
        label + ": layer by layer", "", new QuantizationSections(report).sections());
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
