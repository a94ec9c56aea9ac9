package dev.pbq.eval.report;

import java.util.Arrays;
import java.util.List;

/** A part of a page, with its own heading. */
public sealed interface Section {
  /** The heading. */
  String title();

  /** What it shows and in which units; may be empty. */
  String note();

  /**
   * A chart.
   *
   * @param alt what it shows, in words, for those who do not see it
   */
  record Figure(String title, String note, String alt, Chart chart) implements Section {}

  /**
   * A table.
   *
   * @param headers of the columns
   * @param rows a cell for each column
   * @param numeric whether all columns but the first are numbers, aligned right
   */
  record Listing(
      String title, String note, List<String> headers, List<List<String>> rows, boolean numeric)
      implements Section {
    public Listing {
      headers = List.copyOf(headers);
      rows = rows.stream().map(List::copyOf).toList();
    }
  }

  /**
   * Sections that are folded away until they are asked for.
   *
   * @param sections what is inside
   */
  record Fold(String title, String note, List<Section> sections) implements Section {
    public Fold {
      sections = List.copyOf(sections);
    }
  }

  /**
   * A matrix of non-negative numbers as coloured cells, on a logarithmic scale.
   *
   * @param corner what the rows are
   * @param rowNames one for each row
   * @param columnNames one for each column
   * @param values [rows][columns]; NaN where there is none
   * @param quantity what the numbers are, for the legend
   */
  record HeatMap(
      String title,
      String note,
      String corner,
      List<String> rowNames,
      List<String> columnNames,
      double[][] values,
      String quantity)
      implements Section {
    public HeatMap {
      rowNames = List.copyOf(rowNames);
      columnNames = List.copyOf(columnNames);
      values = Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
      if (values.length != rowNames.size()) {
        throw new IllegalArgumentException("the values do not fit the rows' names");
      }
      for (double[] row : values) {
        if (row.length != columnNames.size()) {
          throw new IllegalArgumentException("the values do not fit the columns' names");
        }
      }
    }
  }
}
