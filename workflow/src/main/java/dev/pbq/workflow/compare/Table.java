package dev.pbq.workflow.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of texts, ready to be shown.
 *
 * @param headers of the columns; the first is aligned left, the others right
 * @param rows a cell for each column
 */
public record Table(List<String> headers, List<List<String>> rows) {
  public Table {
    headers = List.copyOf(headers);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<String> row : rows) {
      if (row.size() != headers.size()) {
        throw new IllegalArgumentException(row + " has not " + headers.size() + " cells");
      }
    }
  }

  /** For a terminal: columns as wide as they need be. */
  public String text() {
    int[] widths = widths();
    StringBuilder out = new StringBuilder();
    line(out, headers, widths);
    List<String> rule = new ArrayList<>();
    for (int width : widths) {
      rule.add("-".repeat(width));
    }
    line(out, rule, widths);
    rows.forEach(row -> line(out, row, widths));
    return out.toString();
  }

  /** Markdown, as GitHub reads it; also readable as it is. */
  public String markdown() {
    List<String> rule = new ArrayList<>();
    for (int i = 0; i < headers.size(); i++) {
      rule.add(i == 0 ? "---" : "---:");
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : List.of(headers, rule)) {
      out.append("| ").append(String.join(" | ", row)).append(" |\n");
    }
    for (List<String> row : rows) {
      List<String> cells = row.stream().map(cell -> cell.replace("|", "\\|")).toList();
      out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
    return out.toString();
  }

  /** RFC 4180, with line feeds. */
  public String csv() {
    StringBuilder out = new StringBuilder();
    csvLine(out, headers);
    rows.forEach(row -> csvLine(out, row));
    return out.toString();
  }

  private static void csvLine(StringBuilder out, List<String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      boolean quoted = cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
      out.append(i == 0 ? "" : ",")
          .append(quoted ? "\"" + cell.replace("\"", "\"\"") + "\"" : cell);
    }
    out.append('\n');
  }

  private int[] widths() {
    int[] widths = new int[headers.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = headers.get(i).length();
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return widths;
  }

  private static void line(StringBuilder out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      line.append(i == 0 ? cells.get(i) + padding : "  " + padding + cells.get(i));
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }
}
