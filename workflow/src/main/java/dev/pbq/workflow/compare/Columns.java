package dev.pbq.workflow.compare;

import static dev.pbq.workflow.compare.Column.figure;

import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The columns of a comparison, in their order: each is written here once. */
final class Columns {
  private Columns() {}

  /**
   * All columns.
   *
   * @param shape which texts and tasks were measured: the scores of any row that has them
   * @param fronts which rows no other one beats
   */
  static List<Column> of(Scores shape, Fronts fronts) {
    List<Column> columns = new ArrayList<>();
    columns.add(
        new Column(
            "method",
            row -> row.label() + mark(row),
            List.of(new Column.Figure("label", Row::label))));
    columns.add(Column.hidden("series", row -> row.series() == null ? "" : row.series()));
    columns.add(Column.hidden("given", row -> String.valueOf(row instanceof Row.Given)));
    columns.add(Column.hidden("directory", Row::directory));
    columns.add(Column.hidden("failure", row -> row instanceof Row.Failed f ? f.failure() : ""));
    columns.add(bits("paper bits", "%.2f", "paper_bits", Row.Size::paperBits));
    columns.add(drawn("stored bits", "%.3f", "stored_bits", Row.Figures::bits));
    columns.add(bits("model bits", "%.3f", "model_bits", Row.Size::modelBits));
    columns.add(
        Column.of(
            "GB",
            row -> Optional.ofNullable(row.figures().bytes()).map(Columns::gigabytes),
            List.of(Column.of("model_bytes", row -> row.figures().bytes()))));
    for (int i = 0; i < shape.perplexity().size(); i++) {
      columns.add(perplexity(i, shape.perplexity().get(i).dataset()));
    }
    for (int i = 0; i < shape.tasks().size(); i++) {
      columns.add(task(i, shape.tasks().get(i)));
    }
    columns.addAll(distance());
    columns.addAll(fronts(fronts));
    columns.addAll(cost());
    return columns;
  }

  private static Column bits(
      String header, String format, String name, Function<Row.Size, Double> value) {
    return Column.measured(
        header,
        row -> value.apply(row.size()) == null ? null : format(format, value.apply(row.size())),
        List.of(figure(name, row -> value.apply(row.size()))));
  }

  /** A figure that rows may have without having been measured. */
  private static Column drawn(
      String header, String format, String name, Function<Row.Figures, Double> value) {
    return Column.of(
        header,
        row -> Optional.ofNullable(value.apply(row.figures())).map(v -> format(format, v)),
        List.of(Column.of(name, row -> value.apply(row.figures()))));
  }

  private static String mark(Row row) {
    if (row instanceof Row.Failed) {
      return " (failed)";
    }
    return row instanceof Row.Given ? " (given, not measured here)" : "";
  }

  /** Which rows are on the fronts: of each size, by which loss. */
  private static List<Column> fronts(Fronts fronts) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.hidden("front", row -> String.valueOf(fronts.has(row))));
    for (boolean file : new boolean[] {false, true}) {
      List<Column.Figure> flags = new ArrayList<>();
      for (Panel panel : Panel.of(file)) {
        String name = "front_" + panel.name().toLowerCase(Locale.ROOT);
        flags.add(new Column.Figure(name, row -> String.valueOf(fronts.has(panel, row))));
      }
      columns.add(
          new Column(
              file ? "front, GB" : "front, bits",
              row ->
                  Panel.of(file).stream()
                      .filter(panel -> fronts.has(panel, row))
                      .map(panel -> panel.isDistance() ? "KL" : "ppl")
                      .collect(Collectors.joining(" ")),
              flags));
    }
    return columns;
  }

  private static Column perplexity(int index, String dataset) {
    Function<Row.Done, PerplexityResult> result = row -> row.scores().perplexity().get(index);
    // Figures without a model are of the first text.
    Function<Row, Double> value =
        row ->
            index == 0
                ? row.figures().perplexity()
                : row.done().map(done -> result.apply(done).perplexity()).orElse(null);
    return Column.of(
        "ppl " + dataset,
        row -> Optional.ofNullable(value.apply(row)).map(Columns::shortPerplexity),
        List.of(
            Column.of("perplexity_" + dataset, value),
            figure("perplexity_stderr_" + dataset, row -> result.apply(row).stderr())));
  }

  private static Column task(int index, Scores.TaskScore shape) {
    Function<Row.Done, Scores.TaskScore> score = row -> row.scores().tasks().get(index);
    String name = shape.task() + "_" + shape.metric();
    return Column.measured(
        shape.task() + " " + shape.metric(),
        row -> format("%.2f", 100 * score.apply(row).value()),
        List.of(
            figure(name, row -> score.apply(row).value()),
            figure(name + "_stderr", row -> score.apply(row).stderr())));
  }

  private static List<Column> distance() {
    return List.of(
        Column.of(
            "KL",
            row -> Optional.ofNullable(row.figures().kl()).map(v -> format("%.4f", v)),
            List.of(
                Column.of("kl_mean", row -> row.figures().kl()),
                distance("kl_stderr", d -> d.kl().stderr()))),
        Column.measured(
            "same top %",
            row -> statistics(row).map(d -> format("%.2f", 100 * d.sameTop())).orElse(Column.NONE),
            List.of(
                distance("same_top", DistanceStatistics::sameTop),
                distance("same_top_stderr", DistanceStatistics::sameTopStderr),
                distance("ppl_ratio", d -> d.perplexity().ratio()),
                distance("ppl_ratio_stderr", d -> d.perplexity().ratioStderr()))));
  }

  private static Column.Figure distance(String header, Function<DistanceStatistics, Object> value) {
    return figure(header, row -> statistics(row).map(value).orElse(null));
  }

  private static Optional<DistanceStatistics> statistics(Row.Done row) {
    return row.scores().fromOriginal().map(d -> d.statistics());
  }

  private static List<Column> cost() {
    return List.of(
        Column.measured(
            "seconds",
            row -> row.quantizing().map(c -> format("%.1f", c.seconds())).orElse(Column.NONE),
            List.of(
                figure("seconds", row -> row.quantizing().map(Row.Cost::seconds).orElse(null)))),
        Column.measured(
            "peak RSS",
            row -> peak(row).map(b -> format("%.2f GB", b * 1e-9)).orElse(Column.NONE),
            List.of(figure("peak_rss_bytes", row -> peak(row).orElse(null)))));
  }

  private static Optional<Long> peak(Row.Done row) {
    return row.quantizing().map(Row.Cost::peakRssBytes);
  }

  private static String gigabytes(Long bytes) {
    double gigabytes = bytes * 1e-9;
    return format(gigabytes < 0.1 ? "%.5f" : "%.3f", gigabytes);
  }

  /** Four digits after the point, fewer where the number is large. */
  private static String shortPerplexity(double value) {
    return format(value < 1000 ? "%.4f" : value < 1e6 ? "%.1f" : "%.3g", value);
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
