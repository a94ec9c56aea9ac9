package dev.pbq.core.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The pages of WikiText, put together from its lines as {@code EleutherAI/wikitext_document_level}
 * does, the data set of lm-evaluation-harness' task {@code wikitext}: a page begins at a line
 * {@code = Title =}.
 */
final class WikitextPages {
  private final List<String> pages = new ArrayList<>();
  private StringBuilder page = new StringBuilder();
  private boolean first = true;

  private WikitextPages() {}

  /**
   * @param rows lines, with their line ends or without; an empty row stands for the line of one
   *     space that the files have there
   */
  static List<String> of(List<String> rows) {
    WikitextPages pages = new WikitextPages();
    for (String row : rows) {
      String line = row.endsWith("\n") ? row.substring(0, row.length() - 1) : row;
      pages.add(line.isEmpty() ? " " : line);
    }
    // The files end with a line end, behind which there is one more line, an empty one.
    pages.add("");
    pages.end();
    return pages.pages;
  }

  private void add(String line) {
    if (isTitle(line)) {
      end();
    }
    page.append(first ? "" : "\n").append(line);
    first = false;
  }

  private void end() {
    if (!page.toString().isBlank()) {
      pages.add(page.toString());
    }
    page = new StringBuilder();
    first = true;
  }

  private static boolean isTitle(String line) {
    String joined = line.replace("= = =", "===").replace("= =", "==").strip();
    return joined.startsWith("= ") && joined.endsWith(" =");
  }
}
