package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rows of q and k change from halves to neighbours within a head. */
class RowOrderTest {
  @Test
  void pairsOfARotationBecomeNeighbours() {
    assertThat(IntStream.range(0, 12).map(i -> RowOrder.source(i, 6)))
        .containsExactly(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
  }
}
