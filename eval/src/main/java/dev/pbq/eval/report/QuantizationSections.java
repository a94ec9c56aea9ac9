package dev.pbq.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.model.LinearLabels;
import dev.pbq.core.packed.BitKind;
import dev.pbq.core.pipeline.LinearOutcome;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.VocabularySize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** The report of a quantization as sections of a page. */
public final class QuantizationSections {
  private static final String DAMPING = "damping";

  /** Differences of scales and steps between shapes are smaller. */
  private static final double NOTABLE_BITS = 0.3;

  private final QuantizationReport report;
  private final List<Integer> blocks;
  private final Map<String, String> labels;
  private final List<String> kinds;

  /** Of a report with at least one linear. */
  public QuantizationSections(QuantizationReport report) {
    this.report = report;
    this.blocks =
        List.copyOf(new TreeSet<>(report.linears().stream().map(LinearOutcome::block).toList()));
    this.labels = LinearLabels.of(report.linears().stream().map(LinearOutcome::name).toList());
    this.kinds = List.copyOf(new LinkedHashSet<>(labels.values()));
  }

  /** {@code model.layers.3.mlp.down_proj} is a {@code down_proj}. */
  private String kind(LinearOutcome linear) {
    return labels.get(linear.name());
  }

  /** The figures that matter most. */
  public List<ReportPage.Tile> tiles() {
    QuantizationReport.Size size = report.size();
    List<ReportPage.Tile> tiles = new ArrayList<>();
    tiles.add(
        new ReportPage.Tile(
            "Stored bits per weight",
            format("%.3f", size.storedBits()),
            format("quantized linears; %.2f by the paper's count", size.paperBits())));
    tiles.add(
        new ReportPage.Tile(
            "Whole model",
            bytes(size.modelBytes()),
            format(
                "%.3f bits per parameter; was %s", size.modelBits(), bytes(size.originalBytes()))));
    if (report.vocabulary() != null) {
      tiles.add(vocabulary(report.vocabulary()));
    }
    if (!report.linears().isEmpty()) {
      tiles.add(
          new ReportPage.Tile(
              "Mean relative error",
              HtmlReport.number(
                  report.linears().stream()
                      .mapToDouble(LinearOutcome::relativeError)
                      .average()
                      .orElseThrow()),
              report.linears().size() + " linears, " + errorMeaning()));
    }
    tiles.add(
        new ReportPage.Tile(
            "Time",
            format("%.1f s", report.seconds()),
            report.peakRssBytes() == null
                ? ""
                : "peak memory " + bytes(report.peakRssBytes()) + " of the process"));
    return tiles;
  }

  private static ReportPage.Tile vocabulary(VocabularySize size) {
    return new ReportPage.Tile(
        "Embedding and head",
        bytes(size.storedBytes()),
        format(
            "%.1f %% of the model, %.3f bits per parameter; %s",
            100 * size.modelShare(),
            size.storedBits(),
            size.tables().isEmpty() ? "not quantized" : size.methods()));
  }

  private String errorMeaning() {
    return report.linears().get(0).errorMetric().equals("output") ? "of outputs" : "of weights";
  }

  /** The sections, in order. */
  public List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    if (!report.linears().isEmpty()) {
      sections.add(errors());
      if (ratesDiffer()) {
        sections.add(rates());
      }
      sections.add(bits());
      sections.add(seconds());
    }
    if (dampings().stream().distinct().count() > 1) {
      sections.add(damping());
    }
    sections.add(settings());
    return sections;
  }

  /** The relative errors alone. */
  public Section errors() {
    boolean output = errorMeaning().equals("of outputs");
    return map(
        "Relative error of every linear",
        output
            ? "||(W - Q) X||² / ||W X||² over the calibration tokens: the share of a layer's output"
                + " that is lost. Rows are decoder blocks."
            : "||W - Q||² / ||W||²: the share of the weights' energy that is lost. Rows are decoder"
                + " blocks.",
        "relative error",
        LinearOutcome::relativeError);
  }

  /** Whether some linears take more bits than others, by more than their shapes explain. */
  private boolean ratesDiffer() {
    DoubleSummaryStatistics rates =
        report.linears().stream().mapToDouble(LinearOutcome::bitsPerWeight).summaryStatistics();
    return rates.getMax() - rates.getMin() > NOTABLE_BITS;
  }

  private Section rates() {
    return map(
        "Bits of every linear",
        "Bits per weight as stored. Rows are decoder blocks.",
        "bits per weight",
        LinearOutcome::bitsPerWeight);
  }

  private Section map(
      String title, String text, String what, ToDoubleFunction<LinearOutcome> value) {
    double[][] values = new double[blocks.size()][kinds.size()];
    for (double[] row : values) {
      Arrays.fill(row, Double.NaN);
    }
    for (LinearOutcome linear : report.linears()) {
      values[blocks.indexOf(linear.block())][kinds.indexOf(kind(linear))] =
          value.applyAsDouble(linear);
    }
    return new Section.HeatMap(
        title, text, "block", blocks.stream().map(String::valueOf).toList(), kinds, values, what);
  }

  private Section bits() {
    List<String> categories = new ArrayList<>(kinds);
    categories.add("all");
    Map<BitKind, List<Double>> parts = new EnumMap<>(BitKind.class);
    for (BitKind bit : report.size().storedByKind().keySet()) {
      List<Double> values = new ArrayList<>();
      for (String kind : kinds) {
        values.add(
            perWeight(bit, report.linears().stream().filter(l -> kind(l).equals(kind)).toList()));
      }
      values.add(perWeight(bit, report.linears()));
      parts.put(bit, values);
    }
    List<Chart.Part> named =
        parts.entrySet().stream()
            .filter(e -> e.getValue().stream().anyMatch(v -> v > 0))
            .map(e -> new Chart.Part(name(e.getKey()), e.getValue()))
            .toList();
    StringBuilder alt = new StringBuilder("Stored bits per weight over all linears: ");
    for (Chart.Part part : named) {
      alt.append(format("%s %.3f, ", part.name(), part.values().get(kinds.size())));
    }
    return new Section.Figure(
        "What the bits are spent on",
        "Bits per weight as stored, counted from the bytes written, by kind of linear.",
        alt.append(format("together %.3f.", report.size().storedBits())).toString(),
        new Chart.StackedBars("kind of linear", "bits per weight", categories, named));
  }

  private static double perWeight(BitKind kind, List<LinearOutcome> linears) {
    long bits = linears.stream().mapToLong(l -> l.bits().getOrDefault(kind, 0L)).sum();
    long weights = linears.stream().mapToLong(l -> (long) l.rows() * l.cols()).sum();
    return (double) bits / weights;
  }

  private Section seconds() {
    List<Chart.Part> parts = new ArrayList<>();
    for (String kind : kinds) {
      List<Double> values = new ArrayList<>();
      for (int block : blocks) {
        values.add(
            report.linears().stream()
                .filter(l -> l.block() == block && kind(l).equals(kind))
                .mapToDouble(LinearOutcome::seconds)
                .sum());
      }
      parts.add(new Chart.Part(kind, values));
    }
    double total = report.linears().stream().mapToDouble(LinearOutcome::seconds).sum();
    return new Section.Figure(
        "Time of each block",
        "Seconds of quantizing its linears, without the forward passes of calibration.",
        format(
            "Quantizing the linears of %d blocks took %.2f seconds in all, %.2f in a block on"
                + " average.",
            blocks.size(), total, total / blocks.size()),
        new Chart.StackedBars(
            "block", "seconds", blocks.stream().map(String::valueOf).toList(), parts));
  }

  private Section damping() {
    List<Chart.Part> lines = new ArrayList<>();
    double largest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (String kind : kinds) {
      List<Double> values = new ArrayList<>();
      for (LinearOutcome linear : report.linears()) {
        if (kind(linear).equals(kind)) {
          double share = linear.diagnostics().getOrDefault(DAMPING, 0.0);
          values.add(share);
          largest = Math.max(largest, share);
          least = Math.min(least, share);
        }
      }
      lines.add(new Chart.Part(kind, values));
    }
    String spread =
        format("It is between %s and %s.", HtmlReport.number(least), HtmlReport.number(largest));
    return new Section.Figure(
        "Damping of each layer",
        "Share of the mean diagonal that was added to the Hessian before it was factored. "
            + spread,
        "Damping of each linear by block. " + spread,
        new Chart.Lines("block", "share of the mean diagonal", blocks.get(0), lines));
  }

  /** The damping of every linear whose method reports it. */
  private List<Double> dampings() {
    return report.linears().stream()
        .filter(l -> l.diagnostics().containsKey(DAMPING))
        .map(l -> l.diagnostics().get(DAMPING))
        .toList();
  }

  private Section settings() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("method", report.method()));
    report.settings().properties().forEach(e -> rows.add(List.of(e.getKey(), text(e.getValue()))));
    if (dampings().stream().distinct().count() == 1) {
      rows.add(List.of("damping used", HtmlReport.number(dampings().get(0)) + " in every layer"));
    }
    QuantizationReport.CalibrationUsed c = report.calibration();
    if (c == null) {
      rows.add(List.of("calibration", "none: the method needs no data"));
    } else {
      rows.add(
          List.of(
              "calibration",
              c.windows()
                  + " windows of "
                  + c.tokens()
                  + " tokens of "
                  + c.dataset()
                  + " ("
                  + c.joined()
                  + "), seed "
                  + c.seed()));
      rows.add(List.of("calibration tokens", "sha256 " + c.sha256()));
    }
    return new Section.Listing("Settings", "", List.of(), rows, false);
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  /** A kind of bits, for people. */
  public static String name(BitKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Mean relative error of each kind of linear, in order of the kinds. */
  public Map<String, Double> meanErrors() {
    Map<String, Double> means = new LinkedHashMap<>();
    for (String kind : kinds) {
      means.put(
          kind,
          report.linears().stream()
              .filter(l -> kind(l).equals(kind))
              .mapToDouble(LinearOutcome::relativeError)
              .average()
              .orElseThrow());
    }
    return means;
  }

  /** Bytes in powers of ten. */
  public static String bytes(long bytes) {
    return bytes < 1_000_000
        ? format("%.1f kB", bytes * 1e-3)
        : bytes < 1_000_000_000 ? format("%.2f MB", bytes * 1e-6) : format("%.2f GB", bytes * 1e-9);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
