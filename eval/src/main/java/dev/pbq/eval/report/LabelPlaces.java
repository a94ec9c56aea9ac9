package dev.pbq.eval.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Places for the labels of points, each near its point and over as little else as possible. Lengths
 * are shares of the plot, upwards and to the right.
 */
final class LabelPlaces {
  /** Width of a letter, and height of a line: 10-point letters in a plot of 780 x 540. */
  private static final double LETTER = 5.6 / 780;

  private static final double LINE = 12.0 / 540;

  private static final double MARK_WIDTH = 9.0 / 780;
  private static final double MARK_HEIGHT = 9.0 / 540;

  /** How far from its point a label may be, in lines. */
  private static final int FARTHEST = 4;

  private final List<Box> taken = new ArrayList<>();

  /** The middle of a label. */
  record Place(double x, double y) {}

  private record Box(double left, double right, double bottom, double top) {
    static Box around(double x, double y, double width, double height) {
      return new Box(x - width / 2, x + width / 2, y - height / 2, y + height / 2);
    }

    double overlap(Box other) {
      double across = Math.min(right, other.right) - Math.max(left, other.left);
      double along = Math.min(top, other.top) - Math.max(bottom, other.bottom);
      return across > 0 && along > 0 ? across * along : 0;
    }

    /** What lies outside of the plot is as bad as what lies on another label. */
    double outside() {
      Box plot = new Box(0, 1, 0, 1);
      return (right - left) * (top - bottom) - overlap(plot);
    }
  }

  /** Notes a point, which labels avoid. */
  void occupy(double x, double y) {
    taken.add(Box.around(x, y, MARK_WIDTH, MARK_HEIGHT));
  }

  /** The place for the label of a point; later ones avoid it. */
  Place put(String label, double x, double y) {
    double width = label.length() * LETTER;
    double aside = width / 2 + MARK_WIDTH;
    Place best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int lines = 1; lines <= FARTHEST; lines++) {
      for (double dx : new double[] {0, aside, -aside}) {
        for (double dy : new double[] {lines, -lines, dx == 0 ? lines : lines - 1}) {
          Place place = new Place(x + dx, y + dy * LINE);
          Box box = Box.around(place.x(), place.y(), width, LINE);
          double cost = box.outside() + taken.stream().mapToDouble(box::overlap).sum();
          if (cost < least) {
            least = cost;
            best = place;
          }
        }
      }
    }
    taken.add(Box.around(best.x(), best.y(), width, LINE));
    return best;
  }
}
