package dev.pbq.eval.report;

import dev.pbq.core.checkpoint.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Charts below each other in one SVG file, on white, for documents. */
public final class ChartPanels {
  private static final Logger LOG = LoggerFactory.getLogger(ChartPanels.class);

  private ChartPanels() {}

  /**
   * Writes the file, complete or not at all. Where Java has no fonts to draw with, a warning is all
   * there is.
   *
   * @param figures curves, at least one; their words are there for those who do not see them
   * @return whether it was written
   */
  public static boolean write(List<Section.Figure> figures, Path file) {
    StringBuilder panels = new StringBuilder();
    try {
      for (int i = 0; i < figures.size(); i++) {
        panels.append(panel(figures.get(i), i));
      }
    } catch (LinkageError | InternalError e) {
      LOG.warn(
          "{} is left out: Java finds no fonts (install fontconfig and a font): {}",
          file,
          e.toString());
      return false;
    }
    int height = CurveChart.HEIGHT * figures.size();
    String svg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
                .formatted(CurveChart.WIDTH, height, CurveChart.WIDTH, height)
            + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
            + panels
            + "</svg>\n";
    AtomicFile.write(file, svg.getBytes(StandardCharsets.UTF_8));
    return true;
  }

  /** A picture moved down to its place; its names are made its own. */
  private static String panel(Section.Figure figure, int place) {
    String svg = ChartSvg.draw(figure.chart(), ChartTheme.LIGHT);
    String own = "p" + place + "-";
    return svg.replace("id=\"", "id=\"" + own)
            .replace("url(#", "url(#" + own)
            .replace("href=\"#", "href=\"#" + own)
            .replaceFirst(" y=\"0px\"", " y=\"" + place * CurveChart.HEIGHT + "\"")
            .replaceFirst(
                ">",
                Matcher.quoteReplacement(
                    "><title>" + Html.escape(figure.title() + ": " + figure.alt()) + "</title>"))
            .strip()
        + "\n";
  }
}
