package dev.pbq.eval.report;

import java.util.List;

/**
 * A page.
 *
 * @param title of the page
 * @param lead one sentence: what was done, to what
 * @param tiles the figures that matter most
 * @param sections in order
 * @param footer who made it, when
 */
public record ReportPage(
    String title, String lead, List<Tile> tiles, List<Section> sections, String footer) {
  public ReportPage {
    tiles = List.copyOf(tiles);
    sections = List.copyOf(sections);
  }

  /**
   * One figure.
   *
   * @param label what it is
   * @param value with its unit
   * @param note small print: what it is measured by, or against; may be empty
   */
  public record Tile(String label, String value, String note) {}
}
