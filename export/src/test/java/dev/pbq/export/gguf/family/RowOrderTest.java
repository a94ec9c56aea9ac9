package dev.pbq.export.gguf.family;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where rows of a model's tensor stand in a file, and back. */
class RowOrderTest {
  private static void requireInverse(RowOrder order, int rows) {
    assertThat(IntStream.range(0, rows).map(r -> order.fileRow(order.sourceRow(r))))
        .containsExactlyElementsOf(IntStream.range(0, rows).boxed().toList());
  }

  @Test
  void pairsOfARotationBecomeNeighbours() {
    RowOrder order = new RowOrder.Paired(6);
    assertThat(IntStream.range(0, 12).map(order::sourceRow))
        .containsExactly(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
    requireInverse(order, 12);
  }

  /** Two groups of two queries, a key and a value, each one row. */
  @Test
  void partsOfAFusedTensorAreParted() {
    RowOrder queries = new RowOrder.Strided(2, 4, 0);
    RowOrder values = new RowOrder.Strided(1, 4, 3);
    assertThat(IntStream.range(0, 4).map(queries::sourceRow)).containsExactly(0, 1, 4, 5);
    assertThat(IntStream.range(0, 2).map(values::sourceRow)).containsExactly(3, 7);
    assertThat(IntStream.range(0, 8).map(values::fileRow))
        .containsExactly(-1, -1, -1, 0, -1, -1, -1, 1);
    requireInverse(queries, 4);
    requireInverse(values, 2);
    requireInverse(RowOrder.KEPT, 5);
  }
}
