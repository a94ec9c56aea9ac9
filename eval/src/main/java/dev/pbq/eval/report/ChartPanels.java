package dev.pbq.eval.report;

import dev.pbq.core.checkpoint.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
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
   * @param charts at least one
   * @return whether it was written
   */
  public static boolean write(List<? extends Chart> charts, Path file) {
    StringBuilder panels = new StringBuilder();
    try {
      for (int i = 0; i < charts.size(); i++) {
        panels.append(panel(ChartSvg.draw(charts.get(i), ChartTheme.LIGHT), i));
      }
    } catch (LinkageError | InternalError e) {
      LOG.warn(
          "{} is left out: Java finds no fonts (install fontconfig and a font): {}",
          file,
          e.toString());
      return false;
    }
    int height = CurveChart.HEIGHT * charts.size();
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
  private static String panel(String svg, int place) {
    String own = "p" + place + "-";
    return svg.replace("id=\"", "id=\"" + own)
            .replace("url(#", "url(#" + own)
            .replace("href=\"#", "href=\"#" + own)
            .replaceFirst("<svg ", "<svg y=\"" + place * CurveChart.HEIGHT + "\" ")
            .strip()
        + "\n";
  }
}
