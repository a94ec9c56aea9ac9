package dev.pbq.core.quant;

import java.util.ArrayList;
import java.util.List;

/**
 * The numbers that a setting accepts: those of any of these intervals.
 *
 * @param intervals at least one
 */
public record SettingRange(List<Interval> intervals) {
  /**
   * Numbers between two bounds.
   *
   * @param min smallest, or -infinity
   * @param minIncluded whether min itself belongs to it
   * @param max largest, or infinity
   * @param maxIncluded whether max itself belongs to it
   */
  public record Interval(double min, boolean minIncluded, double max, boolean maxIncluded) {
    boolean contains(double value) {
      return (minIncluded ? value >= min : value > min)
          && (maxIncluded ? value <= max : value < max);
    }

    @Override
    public String toString() {
      if (min == max) {
        return number(min);
      }
      String least = Double.isInfinite(min) ? "" : (minIncluded ? "at least " : "above ");
      String most = Double.isInfinite(max) ? "" : (maxIncluded ? "at most " : "below ");
      if (least.isEmpty()) {
        return most + number(max);
      }
      if (most.isEmpty()) {
        return least + number(min);
      }
      return minIncluded && maxIncluded
          ? number(min) + " to " + number(max)
          : least + number(min) + " and " + most + number(max);
    }
  }

  public SettingRange {
    intervals = List.copyOf(intervals);
  }

  /**
   * Reads a range.
   *
   * @param text numbers and intervals with {@code or} between them: {@code 1..8}, {@code -1 or
   *     1..}, {@code >0..<1} (neither bound belongs to it)
   * @throws IllegalArgumentException for anything else
   */
  public static SettingRange parse(String text) {
    List<Interval> intervals = new ArrayList<>();
    for (String part : text.split(" or ", -1)) {
      int dots = part.indexOf("..");
      if (dots < 0) {
        double value = Double.parseDouble(part);
        intervals.add(new Interval(value, true, value, true));
        continue;
      }
      String min = part.substring(0, dots);
      String max = part.substring(dots + 2);
      intervals.add(
          new Interval(
              bound(min, ">", Double.NEGATIVE_INFINITY),
              !min.startsWith(">"),
              bound(max, "<", Double.POSITIVE_INFINITY),
              !max.startsWith("<")));
    }
    return new SettingRange(intervals);
  }

  private static double bound(String text, String excluded, double otherwise) {
    String number = text.startsWith(excluded) ? text.substring(1) : text;
    return number.isEmpty() ? otherwise : Double.parseDouble(number);
  }

  /** Whether a number is accepted. */
  public boolean contains(double value) {
    return intervals.stream().anyMatch(interval -> interval.contains(value));
  }

  /** As people read it: {@code -1 or at least 1}. */
  @Override
  public String toString() {
    return String.join(" or ", intervals.stream().map(Interval::toString).toList());
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
