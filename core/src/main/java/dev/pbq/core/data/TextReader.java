package dev.pbq.core.data;

import java.nio.file.Path;
import java.util.function.Function;

/**
 * A plain text file, as one document or one row per line.
 *
 * @param row makes a row of a line, which still has its line end; null for the whole text as one
 */
record TextReader(Function<String, String> row) implements DocumentReader {

  /** The whole file is one document. */
  static TextReader whole() {
    return new TextReader(null);
  }

  /**
   * wiki.*.raw as the data set's rows: a line of spaces alone is the empty row, every other line is
   * kept with the spaces and the line end around it.
   */
  static TextReader wikiRows() {
    return new TextReader(line -> line.isBlank() ? "" : line);
  }

  /** ptb.*.txt as the data set's sentences: each line without the spaces around it. */
  static TextReader strippedLines() {
    return new TextReader(String::strip);
  }

  @Override
  public void read(Path file, Visitor each) {
    String text = TextFiles.read(file);
    if (row == null) {
      each.visit(text);
      return;
    }
    boolean more = true;
    for (int from = 0; more && from < text.length(); ) {
      int end = text.indexOf('\n', from);
      int next = end < 0 ? text.length() : end + 1;
      more = each.visit(row.apply(text.substring(from, next)));
      from = next;
    }
  }
}
