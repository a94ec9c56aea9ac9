package dev.pbq.eval.report;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.Locale;

/**
 * Colours for positive numbers on a logarithmic scale, from a pale yellow to a dark violet: lighter
 * is smaller, also without colour vision, and on a light page as on a dark one.
 *
 * @param least the number that has the lightest colour
 * @param greatest the number that has the darkest
 */
record HeatScale(double least, double greatest) {
  private static final int[][] STOPS = {
    {252, 246, 200}, {250, 205, 130}, {240, 140, 95}, {200, 75, 105}, {120, 40, 120}, {55, 20, 85}
  };

  /** Of all numbers above 0 in a matrix; 0 and NaN are left out. */
  static HeatScale of(double[][] values) {
    DoubleSummaryStatistics s =
        Arrays.stream(values)
            .flatMapToDouble(Arrays::stream)
            .filter(v -> v > 0 && Double.isFinite(v))
            .summaryStatistics();
    return s.getCount() == 0 ? new HeatScale(1, 1) : new HeatScale(s.getMin(), s.getMax());
  }

  /** {@code background:...;color:...} for a number; 0 has the lightest colour. */
  String style(double value) {
    double t =
        value <= least || greatest <= least
            ? 0
            : Math.min(1, Math.log(value / least) / Math.log(greatest / least));
    double at = t * (STOPS.length - 1);
    int below = Math.min((int) at, STOPS.length - 2);
    int[] rgb = new int[3];
    for (int i = 0; i < 3; i++) {
      rgb[i] =
          (int)
              Math.round(STOPS[below][i] + (at - below) * (STOPS[below + 1][i] - STOPS[below][i]));
    }
    double luminance = (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]) / 255;
    return String.format(
        Locale.ROOT,
        "background:#%02x%02x%02x;color:%s",
        rgb[0],
        rgb[1],
        rgb[2],
        luminance > 0.5 ? "#1c1c22" : "#ffffff");
  }

  /** A CSS gradient of the whole scale. */
  static String gradient() {
    StringBuilder css = new StringBuilder("linear-gradient(to right");
    for (int[] rgb : STOPS) {
      css.append(String.format(Locale.ROOT, ",#%02x%02x%02x", rgb[0], rgb[1], rgb[2]));
    }
    return css.append(')').toString();
  }
}
