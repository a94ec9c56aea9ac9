package dev.pbq.workflow.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Optional;

/**
 * The result of a comparison: all rows, and the facts that they share.
 *
 * @param version of the program
 * @param model as the user named it
 * @param command the command line, or what else made it
 * @param threads for arithmetic
 * @param rows the full-precision model first
 */
@JsonPropertyOrder({"version", "model", "command", "threads", "rows"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Comparison(
    String version, String model, String command, int threads, List<Row> rows) {
  public Comparison {
    rows = List.copyOf(rows);
  }

  /** Rows that failed. */
  @JsonIgnore
  public List<Row.Failed> failures() {
    return rows.stream().filter(Row.Failed.class::isInstance).map(Row.Failed.class::cast).toList();
  }

  /** Rows that were measured. */
  @JsonIgnore
  public List<Row.Done> measured() {
    return rows.stream().map(Row::done).flatMap(Optional::stream).toList();
  }

  /** The table for people: rounded, in their units. */
  @JsonIgnore
  public Table table() {
    return Column.shown(Columns.of(shape(), fronts()), rows);
  }

  /** Every number in full, with a header for programs. */
  @JsonIgnore
  public Table numbers() {
    return Column.numbers(Columns.of(shape(), fronts()), rows);
  }

  /** The rows that no other one beats. */
  @JsonIgnore
  public Fronts fronts() {
    return new Fronts(rows);
  }

  /** What is measured, from a row that has everything; of no columns if none has. */
  private Scores shape() {
    return measured().stream()
        .findFirst()
        .map(Row.Done::scores)
        .orElse(new Scores(List.of(), List.of(), null));
  }
}
