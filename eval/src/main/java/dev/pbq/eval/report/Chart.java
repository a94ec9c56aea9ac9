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
}
