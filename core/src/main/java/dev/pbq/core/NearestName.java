package dev.pbq.core;

import java.util.Collection;
import java.util.Comparator;

/** Finds what the writer of an unknown name may have meant. */
public final class NearestName {
  private NearestName() {}

  /**
   * The nearest of the known names: the fewest letters inserted, dropped or replaced; of several,
   * the first in alphabetical order.
   *
   * @param known at least one
   */
  public static String of(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String k) -> distance(name, k)).thenComparing(k -> k))
        .orElseThrow();
  }

  /** Levenshtein's distance: insertions, deletions and replacements of letters. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
