package dev.pbq.workflow.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.workflow.compare.ParetoFront.Point;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {
  @Property
  void theFrontIsWhatNoOtherPointBeats(
      @ForAll List<@IntRange(max = 12) Integer> xs, @ForAll List<@IntRange(max = 12) Integer> ys) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      points.add(new Point(xs.get(i), ys.get(i)));
    }
    List<Point> unbeaten =
        points.stream().filter(p -> points.stream().noneMatch(q -> beats(q, p))).toList();
    List<Point> front = front(points);
    assertThat(front).containsExactlyInAnyOrderElementsOf(unbeaten);
    for (int i = 1; i < front.size(); i++) {
      assertThat(front.get(i).x()).isGreaterThanOrEqualTo(front.get(i - 1).x());
      assertThat(front.get(i).y()).isLessThanOrEqualTo(front.get(i - 1).y());
    }
  }

  @Property
  void theOrderOfThePointsDoesNotMatter(
      @ForAll List<@IntRange(max = 9) Integer> values, @ForAll long seed) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i + 1 < values.size(); i += 2) {
      points.add(new Point(values.get(i), values.get(i + 1)));
    }
    List<Point> mixed = new ArrayList<>(points);
    Collections.shuffle(mixed, new Random(seed));
    assertThat(front(mixed)).isEqualTo(front(points));
  }

  @Test
  void whatIsNotFiniteIsOnNoFrontAndBeatsNothing() {
    Point good = new Point(2, 3);
    assertThat(
            front(
                List.of(
                    new Point(Double.NaN, 1),
                    new Point(1, Double.NaN),
                    new Point(Double.NEGATIVE_INFINITY, 0),
                    good,
                    new Point(1, Double.POSITIVE_INFINITY))))
        .containsExactly(good);
  }

  /** Said another way than the program does. */
  private static boolean beats(Point a, Point b) {
    return !a.equals(b) && Math.max(a.x() - b.x(), a.y() - b.y()) <= 0;
  }

  private static List<Point> front(List<Point> points) {
    return ParetoFront.of(points, Function.identity());
  }
}
