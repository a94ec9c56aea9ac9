package dev.pbq.workflow.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A column of a comparison's table, as shown and as exact numbers.
 *
 * @param header as people read it; empty for a column of the file for programs alone
 * @param shown a row's cell, rounded, in people's units
 * @param figures what programs read instead: one or more columns with every digit
 */
record Column(String header, Function<Row, String> shown, List<Figure> figures) {
  /** What a cell shows where a row has no value. */
  static final String NONE = "-";

  /**
   * A column for programs.
   *
   * @param header in snake case
   * @param value of a row in full; empty text where it has none
   */
  record Figure(String header, Function<Row, String> value) {}

  Column {
    figures = List.copyOf(figures);
  }

  /** A column for programs alone. */
  static Column hidden(String header, Function<Row, String> value) {
    return new Column("", row -> "", List.of(new Figure(header, value)));
  }

  /**
   * A column of rows of any kind.
   *
   * @param shown answers empty where there is no value
   */
  static Column of(String header, Function<Row, Optional<String>> shown, List<Figure> figures) {
    return new Column(header, row -> shown.apply(row).orElse(NONE), figures);
  }

  /** A number of rows of any kind; {@code value} answers null where there is none. */
  static Figure of(String header, Function<Row, ?> value) {
    return new Figure(header, row -> Objects.toString(value.apply(row), ""));
  }

  /**
   * A column of rows that were measured.
   *
   * @param shown answers null where there is no value
   */
  static Column measured(String header, Function<Row.Done, String> shown, List<Figure> figures) {
    return new Column(header, row -> row.done().map(shown).orElse(NONE), figures);
  }

  /** A number of rows that were measured; {@code value} answers null where there is none. */
  static Figure figure(String header, Function<Row.Done, Object> value) {
    return new Figure(header, row -> row.done().map(value).map(Object::toString).orElse(""));
  }

  /** The table for people. */
  static Table shown(List<Column> columns, List<Row> rows) {
    List<Column> visible = columns.stream().filter(c -> !c.header().isEmpty()).toList();
    return new Table(
        visible.stream().map(Column::header).toList(),
        rows.stream().map(r -> visible.stream().map(c -> c.shown().apply(r)).toList()).toList());
  }

  /** The table for programs. */
  static Table numbers(List<Column> columns, List<Row> rows) {
    List<Figure> all = new ArrayList<>();
    columns.forEach(c -> all.addAll(c.figures()));
    return new Table(
        all.stream().map(Figure::header).toList(),
        rows.stream().map(r -> all.stream().map(n -> n.value().apply(r)).toList()).toList());
  }
}
