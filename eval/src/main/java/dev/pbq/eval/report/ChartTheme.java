package dev.pbq.eval.report;

import java.awt.Color;
import java.util.Arrays;
import java.util.List;

/**
 * Colours of charts on a light or a dark page. The series' colours keep their order; people with
 * colour vision deficiency can tell them apart, and each series also has a different marker.
 *
 * @param ink of text
 * @param grid of grid lines
 * @param series of series, reused in turn
 */
record ChartTheme(Color ink, Color grid, List<Color> series) {
  static final ChartTheme LIGHT =
      new ChartTheme(
          new Color(0x30343a),
          new Color(0xdde1e7),
          colours(
              0x2f6fb7, 0xd1652a, 0x2a8a62, 0xa83f7f, 0x7a5fc0, 0x9a7400, 0x3c9bb3, 0xb8404a,
              0x6b7480));

  static final ChartTheme DARK =
      new ChartTheme(
          new Color(0xd5d9e0),
          new Color(0x3a404a),
          colours(
              0x7ab0ee, 0xf09a62, 0x62c79a, 0xe07fbb, 0xb09af0, 0xd9b64a, 0x74cbe0, 0xf0848c,
              0xa5adb9));

  /** Shows what is behind it. */
  static final Color CLEAR = new Color(0, 0, 0, 0);

  private static List<Color> colours(int... rgb) {
    return Arrays.stream(rgb).mapToObj(Color::new).toList();
  }

  Color[] seriesArray() {
    return series.toArray(Color[]::new);
  }
}
