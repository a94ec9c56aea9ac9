package dev.pbq.eval.report;

import java.util.List;
import java.util.OptionalDouble;

/** A chart of a page. */
public sealed interface Chart {
  /** Title of the horizontal axis, with its unit. */
  String xTitle();

  /** Title of the vertical axis, with its unit. */
  String yTitle();

  /**
   * Labelled points; the vertical axis is logarithmic where the values span more than a factor of
   * 20.
   *
   * @param points at least one
   * @param reference a horizontal line, such as full precision
   * @param referenceLabel what the line is
   */
  record Scatter(
      String xTitle,
      String yTitle,
      List<Point> points,
      OptionalDouble reference,
      String referenceLabel)
      implements Chart {
    public Scatter {
      points = List.copyOf(points);
    }
  }

  /**
   * A point.
   *
   * @param label shown beside it and in the legend
   * @param x horizontal
   * @param y vertical, above 0
   */
  record Point(String label, double x, double y) {}

  /**
   * Bars of parts on top of each other.
   *
   * @param categories one bar each
   * @param parts each with a value for each category
   */
  record StackedBars(String xTitle, String yTitle, List<String> categories, List<Part> parts)
      implements Chart {
    public StackedBars {
      categories = List.copyOf(categories);
      parts = List.copyOf(parts);
    }
  }

  /** A part of every bar; also used as one line's name and values. */
  record Part(String name, List<Double> values) {
    public Part {
      values = List.copyOf(values);
    }
  }

  /**
   * Lines over whole numbers such as layers.
   *
   * @param first number of the first value of every line
   * @param lines values in order
   */
  record Lines(String xTitle, String yTitle, int first, List<Part> lines) implements Chart {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /**
   * Loss against size: the points of several series, and the line of those that no other one beats.
   * Both axes are logarithmic.
   *
   * @param series at least one, with values above 0
   * @param front points of the Pareto front, from left to right; may be empty
   * @param reference a horizontal line, such as full precision
   * @param referenceLabel what the line is
   */
  record Curve(
      String xTitle,
      String yTitle,
      List<Series> series,
      List<Point> front,
      OptionalDouble reference,
      String referenceLabel)
      implements Chart {
    public Curve {
      series = List.copyOf(series);
      front = List.copyOf(front);
      if (series.stream().allMatch(s -> s.points().isEmpty())) {
        throw new IllegalArgumentException("a curve without points");
      }
    }
  }

  /**
   * Points that share a mark and a colour.
   *
   * @param name in the legend
   * @param place which mark and colour: the same in every chart that shows the series
   * @param given whether the points were given by someone, not measured: they are crosses
   */
  record Series(String name, int place, boolean given, List<Point> points) {
    public Series {
      points = List.copyOf(points);
    }
  }
}
