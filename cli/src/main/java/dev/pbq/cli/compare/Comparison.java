package dev.pbq.cli.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All rows of a comparison, and what they have in common.
 *
 * @param version of the program
 * @param model as the user named it
 * @param command the command line
 * @param threads for arithmetic
 * @param rows the full-precision model first
 */
@JsonPropertyOrder({"version", "model", "command", "threads", "rows"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Comparison(
    String version, String model, String command, int threads, List<Row> rows) {
  private static final String NONE = "-";

  public Comparison {
    rows = List.copyOf(rows);
  }

  /** Rows that failed. */
  @JsonIgnore
  public List<Row> failures() {
    return rows.stream().filter(row -> row.failure() != null).toList();
  }

  /** The table for people: rounded, in their units. */
  @JsonIgnore
  public Table table() {
    List<String> headers =
        new ArrayList<>(List.of("method", "paper bits", "stored bits", "model bits", "GB"));
    Scores shape = shape();
    shape.perplexity().forEach(p -> headers.add("ppl " + p.dataset()));
    shape.tasks().forEach(t -> headers.add(t.task()));
    headers.addAll(List.of("KL", "same top %", "seconds", "peak RSS"));
    return new Table(headers, rows.stream().map(row -> cells(row, shape)).toList());
  }

  /** Every number in full, with a header for programs. */
  @JsonIgnore
  public Table numbers() {
    List<String> headers =
        new ArrayList<>(
            List.of(
                "label",
                "directory",
                "failure",
                "paper_bits",
                "stored_bits",
                "model_bits",
                "model_bytes"));
    Scores shape = shape();
    for (PerplexityResult p : shape.perplexity()) {
      headers.add("perplexity_" + p.dataset());
      headers.add("perplexity_stderr_" + p.dataset());
    }
    for (Scores.TaskScore t : shape.tasks()) {
      headers.add(t.task() + "_" + t.metric());
      headers.add(t.task() + "_" + t.metric() + "_stderr");
    }
    headers.addAll(
        List.of(
            "kl_mean",
            "kl_stderr",
            "same_top",
            "same_top_stderr",
            "ppl_ratio",
            "ppl_ratio_stderr",
            "seconds",
            "peak_rss_bytes"));
    return new Table(headers, rows.stream().map(row -> numbers(row, shape)).toList());
  }

  /** What is measured, from a row that has everything; of no columns if none has. */
  private Scores shape() {
    return rows.stream()
        .map(Row::scores)
        .filter(scores -> scores != null)
        .findFirst()
        .orElse(new Scores(List.of(), List.of(), null));
  }

  private static List<String> cells(Row row, Scores shape) {
    List<String> cells = new ArrayList<>();
    cells.add(row.label() + (row.failure() == null ? "" : " (failed)"));
    Row.Size size = row.size();
    cells.add(size == null ? NONE : format("%.2f", size.paperBits()));
    cells.add(size == null ? NONE : format("%.3f", size.storedBits()));
    cells.add(size == null ? NONE : format("%.3f", size.modelBits()));
    cells.add(size == null ? NONE : gigabytes(size.modelBytes()));
    for (int i = 0; i < shape.perplexity().size(); i++) {
      cells.add(
          row.scores() == null ? NONE : perplexity(row.scores().perplexity().get(i).perplexity()));
    }
    for (int i = 0; i < shape.tasks().size(); i++) {
      cells.add(
          row.scores() == null ? NONE : format("%.2f", 100 * row.scores().tasks().get(i).value()));
    }
    Optional<DistanceResult> distance = distance(row);
    cells.add(distance.map(d -> format("%.4f", d.statistics().kl().mean())).orElse(NONE));
    cells.add(distance.map(d -> format("%.2f", 100 * d.statistics().sameTop())).orElse(NONE));
    Row.Cost cost = row.cost();
    cells.add(cost == null ? NONE : format("%.1f", cost.seconds()));
    cells.add(
        cost == null || cost.peakRssBytes() == null
            ? NONE
            : format("%.2f GB", cost.peakRssBytes() * 1e-9));
    return cells;
  }

  private static List<String> numbers(Row row, Scores shape) {
    List<String> cells = new ArrayList<>();
    cells.add(row.label());
    cells.add(text(row.directory()));
    cells.add(text(row.failure()));
    Row.Size size = row.size();
    cells.add(size == null ? "" : text(size.paperBits()));
    cells.add(size == null ? "" : text(size.storedBits()));
    cells.add(size == null ? "" : text(size.modelBits()));
    cells.add(size == null ? "" : text(size.modelBytes()));
    Scores scores = row.scores();
    for (int i = 0; i < shape.perplexity().size(); i++) {
      cells.add(scores == null ? "" : text(scores.perplexity().get(i).perplexity()));
      cells.add(scores == null ? "" : text(scores.perplexity().get(i).stderr()));
    }
    for (int i = 0; i < shape.tasks().size(); i++) {
      cells.add(scores == null ? "" : text(scores.tasks().get(i).value()));
      cells.add(scores == null ? "" : text(scores.tasks().get(i).stderr()));
    }
    Optional<DistanceResult> distance = distance(row);
    cells.add(distance.map(d -> text(d.statistics().kl().mean())).orElse(""));
    cells.add(distance.map(d -> text(d.statistics().kl().stderr())).orElse(""));
    cells.add(distance.map(d -> text(d.statistics().sameTop())).orElse(""));
    cells.add(distance.map(d -> text(d.statistics().sameTopStderr())).orElse(""));
    cells.add(distance.map(d -> text(d.statistics().perplexity().ratio())).orElse(""));
    cells.add(distance.map(d -> text(d.statistics().perplexity().ratioStderr())).orElse(""));
    Row.Cost cost = row.cost();
    cells.add(cost == null ? "" : text(cost.seconds()));
    cells.add(cost == null ? "" : text(cost.peakRssBytes()));
    return cells;
  }

  private static Optional<DistanceResult> distance(Row row) {
    return Optional.ofNullable(row.scores()).map(Scores::distance);
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString();
  }

  private static String gigabytes(long bytes) {
    double gigabytes = bytes * 1e-9;
    return format(gigabytes < 0.1 ? "%.5f" : "%.3f", gigabytes);
  }

  /** Four digits after the point, none where the number is large. */
  private static String perplexity(double value) {
    return format(value < 1000 ? "%.4f" : value < 1e6 ? "%.1f" : "%.3g", value);
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
