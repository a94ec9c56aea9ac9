package dev.pbq.workflow.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** The points that no other one beats: those with nothing smaller at no more cost. */
public final class ParetoFront {
  private ParetoFront() {}

  /**
   * A point.
   *
   * @param x cost, such as bits
   * @param y loss
   */
  public record Point(double x, double y) {
    /** Whether this one is as good in both, and better in one. */
    boolean beats(Point other) {
      return x <= other.x && y <= other.y && (x < other.x || y < other.y);
    }
  }

  /**
   * The front of some points.
   *
   * @param points in any order; one that is not finite is never on the front and beats none
   * @return those on the front, by cost; of equal ones all
   */
  public static <T> List<T> of(List<T> points, Function<T, Point> where) {
    List<T> sorted = new ArrayList<>(points);
    sorted.removeIf(p -> !finite(where.apply(p)));
    sorted.sort(
        Comparator.<T>comparingDouble(p -> where.apply(p).x())
            .thenComparingDouble(p -> where.apply(p).y()));
    List<T> front = new ArrayList<>();
    Point last = null;
    for (T candidate : sorted) {
      Point point = where.apply(candidate);
      // By cost, then loss: whatever beats a point stands before it, and the last of the front
      // has the least loss so far.
      if (last == null || point.y() < last.y() || point.equals(last)) {
        front.add(candidate);
        last = point;
      }
    }
    return front;
  }

  private static boolean finite(Point point) {
    return Double.isFinite(point.x()) && Double.isFinite(point.y());
  }
}
