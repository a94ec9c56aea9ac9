package dev.pbq.core;

import java.util.Locale;

/** Sizes and times in the words that people use, for messages and tables. */
public final class Amounts {
  private static final String[] UNITS = {"kB", "MB", "GB", "TB"};

  private Amounts() {}

  /** Seconds as 0:07, 12:34 or 1:02:03. */
  public static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }

  /** Bytes as 812 B, 7.40 MB or 3.52 GB (powers of ten). */
  public static String bytes(long bytes) {
    if (bytes < 1000) {
      return String.format(Locale.ROOT, "%d B", bytes);
    }
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.1f %s", value, UNITS[unit]);
  }
}
