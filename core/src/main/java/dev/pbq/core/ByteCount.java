package dev.pbq.core;

import java.util.Locale;

/** Numbers of bytes as people say them. */
public final class ByteCount {
  private static final String[] UNITS = {"kB", "MB", "GB", "TB"};

  private ByteCount() {}

  /** 812 B, 7.4 MB, 3.52 GB: in powers of ten, with two or three digits. */
  public static String text(long bytes) {
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
