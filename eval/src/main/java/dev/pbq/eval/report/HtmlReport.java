package dev.pbq.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a page as HTML: one text, nothing outside it is needed to show it. */
public final class HtmlReport {
  private static final Logger LOG = LoggerFactory.getLogger(HtmlReport.class);
  private static final String STYLE = "report.css";

  private HtmlReport() {}

  /** The whole document, for a file in UTF-8. */
  public static String render(ReportPage page) {
    StringBuilder out = new StringBuilder(1 << 16);
    out.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
        .append("<title>")
        .append(Html.escape(page.title()))
        .append("</title>\n<style>\n")
        .append(style())
        .append("</style>\n</head>\n<body>\n<main>\n<header>\n<h1>")
        .append(Html.escape(page.title()))
        .append("</h1>\n<p>")
        .append(Html.escape(page.lead()))
        .append("</p>\n</header>\n");
    tiles(out, page.tiles());
    page.sections().forEach(section -> section(out, section));
    out.append("<footer>")
        .append(Html.escape(page.footer()))
        .append("</footer>\n</main>\n</body>\n</html>\n");
    return out.toString();
  }

  private static void tiles(StringBuilder out, List<ReportPage.Tile> tiles) {
    if (tiles.isEmpty()) {
      return;
    }
    out.append("<ul class=\"tiles\">\n");
    for (ReportPage.Tile tile : tiles) {
      out.append("<li><span class=\"label\">")
          .append(Html.escape(tile.label()))
          .append("</span><span class=\"value\">")
          .append(Html.escape(tile.value()))
          .append("</span><span class=\"note\">")
          .append(Html.escape(tile.note()))
          .append("</span></li>\n");
    }
    out.append("</ul>\n");
  }

  private static void section(StringBuilder out, Section section) {
    if (section instanceof Section.Fold fold) {
      fold(out, fold);
      return;
    }
    out.append("<section>\n<h2>").append(Html.escape(section.title())).append("</h2>\n");
    if (!section.note().isEmpty()) {
      out.append("<p>").append(Html.escape(section.note())).append("</p>\n");
    }
    if (section instanceof Section.Figure figure) {
      figure(out, figure);
    } else if (section instanceof Section.HeatMap map) {
      heatMap(out, map);
    } else if (section instanceof Section.Listing listing) {
      listing(out, listing);
    } else {
      throw new IllegalStateException("no way to write a " + section.getClass().getSimpleName());
    }
    out.append("</section>\n");
  }

  private static void fold(StringBuilder out, Section.Fold fold) {
    out.append("<details>\n<summary>").append(Html.escape(fold.title())).append("</summary>\n");
    if (!fold.note().isEmpty()) {
      out.append("<p>").append(Html.escape(fold.note())).append("</p>\n");
    }
    fold.sections().forEach(section -> section(out, section));
    out.append("</details>\n");
  }

  /**
   * A picture for light pages and one for dark ones; the browser takes the one it needs. Where Java
   * has no fonts to draw with, what the picture would show is said in words.
   */
  private static void figure(StringBuilder out, Section.Figure figure) {
    String light;
    String dark;
    try {
      light = image(figure.chart(), ChartTheme.LIGHT);
      dark = image(figure.chart(), ChartTheme.DARK);
    } catch (LinkageError | InternalError e) {
      LOG.warn(
          "charts are left out: Java finds no fonts (install fontconfig and a font): {}",
          e.toString());
      out.append("<p>").append(Html.escape(figure.alt())).append("</p>\n");
      return;
    }
    scroll(out, figure.title());
    out.append("<figure><picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"")
        .append(dark)
        .append("\"/><img src=\"")
        .append(light)
        .append("\" alt=\"")
        .append(Html.escape(figure.alt()))
        .append("\"/></picture></figure>\n</div>\n");
  }

  private static String image(Chart chart, ChartTheme theme) {
    byte[] svg = ChartSvg.draw(chart, theme).getBytes(StandardCharsets.UTF_8);
    return "data:image/svg+xml;base64," + Base64.getEncoder().encodeToString(svg);
  }

  private static void heatMap(StringBuilder out, Section.HeatMap map) {
    HeatScale scale = HeatScale.of(map.values());
    scroll(out, map.title());
    out.append("<table class=\"heat\">\n<thead><tr><th scope=\"col\">")
        .append(Html.escape(map.corner()))
        .append("</th>");
    map.columnNames().forEach(name -> cell(out, "th scope=\"col\"", name));
    out.append("</tr></thead>\n<tbody>\n");
    for (int r = 0; r < map.values().length; r++) {
      out.append("<tr>");
      cell(out, "th scope=\"row\"", map.rowNames().get(r));
      for (double value : map.values()[r]) {
        if (Double.isNaN(value)) {
          out.append("<td></td>");
        } else {
          cell(out, "td style=\"" + scale.style(value) + "\"", number(value));
        }
      }
      out.append("</tr>\n");
    }
    out.append("</tbody>\n</table>\n</div>\n<div class=\"legend\"><span>")
        .append(Html.escape(map.quantity()))
        .append("</span><span>")
        .append(number(scale.least()))
        .append("</span><i style=\"background:")
        .append(HeatScale.gradient())
        .append("\"></i><span>")
        .append(number(scale.greatest()))
        .append("</span><span>logarithmic</span></div>\n");
  }

  private static void listing(StringBuilder out, Section.Listing listing) {
    scroll(out, listing.title());
    out.append(listing.numeric() ? "<table class=\"numeric\">\n" : "<table>\n");
    if (!listing.headers().isEmpty()) {
      out.append("<thead><tr>");
      listing.headers().forEach(header -> cell(out, "th scope=\"col\"", header));
      out.append("</tr></thead>\n");
    }
    out.append("<tbody>\n");
    for (List<String> row : listing.rows()) {
      out.append("<tr>");
      for (int i = 0; i < row.size(); i++) {
        cell(out, i == 0 ? "th scope=\"row\"" : "td", row.get(i));
      }
      out.append("</tr>\n");
    }
    out.append("</tbody>\n</table>\n</div>\n");
  }

  /** What is wider than the page scrolls by itself, by keyboard too. */
  private static void scroll(StringBuilder out, String label) {
    out.append("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"")
        .append(Html.escape(label))
        .append("\">\n");
  }

  private static void cell(StringBuilder out, String tag, String text) {
    out.append('<')
        .append(tag)
        .append('>')
        .append(Html.escape(text))
        .append(tag.startsWith("th") ? "</th>" : "</td>");
  }

  /** Two or three digits that matter. */
  static String number(double value) {
    if (value == 0) {
      return "0";
    }
    if (value < 0.0001 || value >= 1e6) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    // Three significant digits, without the zeros at the end.
    return new BigDecimal(value, new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  private static String style() {
    try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
      if (in == null) {
        throw new IllegalStateException(STYLE + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
