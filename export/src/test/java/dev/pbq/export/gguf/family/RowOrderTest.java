package dev.pbq.export.gguf.family;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where rows of a model's tensor stand in a file, and back. */
class RowOrderTest {
  private static void requireInverse(RowOrder.Rows order, int rows) {
    assertThat(IntStream.range(0, rows).map(r -> order.fileRow(order.sourceRow(r))))
        .containsExactlyElementsOf(IntStream.range(0, rows).boxed().toList());
  }

  @Test
  void pairsOfARotationBecomeNeighbours() {
    RowOrder.Rows order = new RowOrder.Paired(6);
    assertThat(IntStream.range(0, 12).map(order::sourceRow))
        .containsExactly(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
    requireInverse(order, 12);
  }

  /** Two groups of two queries, a key and a value, each one row. */
  @Test
  void partsOfAFusedTensorAreParted() {
    RowOrder.Rows queries = new RowOrder.Strided(2, 4, 0);
    RowOrder.Rows values = new RowOrder.Strided(1, 4, 3);
    assertThat(IntStream.range(0, 4).map(queries::sourceRow)).containsExactly(0, 1, 4, 5);
    assertThat(IntStream.range(0, 2).map(values::sourceRow)).containsExactly(3, 7);
    assertThat(IntStream.range(0, 8).map(values::fileRow))
        .containsExactly(-1, -1, -1, 0, -1, -1, -1, 1);
    requireInverse(queries, 4);
    requireInverse(values, 2);
    requireInverse(RowOrder.KEPT, 5);
  }

  /** Two keys with three heads of values of two places each, behind one row that is none. */
  @Test
  void headsOfValuesChangePlaces() {
    RowOrder.Tiling tiling = new RowOrder.Tiling(2, 3, 2);
    int[] inFile = IntStream.range(0, 12).map(tiling::source).toArray();
    assertThat(inFile).containsExactly(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11);
    for (int i = 0; i < 12; i++) {
      assertThat(tiling.file(inFile[i])).isEqualTo(i);
    }
    RowOrder.Rows rows = new RowOrder.Tiled(tiling, 1);
    requireInverse(rows, 12);
    assertThat(rows.sourceRow(2)).isEqualTo(7);
    assertThat(rows.fileRow(0)).isEqualTo(-1);
    assertThat(rows.fileRow(13)).isEqualTo(-1);
    RowOrder columns = new RowOrder.TiledColumns(tiling);
    assertThat(columns.sourceIndex(3, 2, 12)).isEqualTo(3 * 12 + 6);
    assertThat(columns.fileIndex(3, 6, 12)).isEqualTo(3 * 12 + 2);
  }

  /** Two heads of two keys and a value, each of three numbers: the keys stand in columns. */
  @Test
  void keysOfLatentAttentionAreColumns() {
    RowOrder keys = new RowOrder.Turned(2, 3, 0, 3);
    int[] inFile = new int[12];
    for (int row = 0; row < 6; row++) {
      for (int col = 0; col < 2; col++) {
        inFile[row * 2 + col] = keys.sourceIndex(row, col, 2);
      }
    }
    assertThat(inFile).containsExactly(0, 3, 1, 4, 2, 5, 9, 12, 10, 13, 11, 14);
    for (int i = 0; i < inFile.length; i++) {
      assertThat(keys.fileIndex(inFile[i] / 3, inFile[i] % 3, 2)).isEqualTo(i);
    }
    assertThat(IntStream.range(0, 6).filter(keys::holds)).containsExactly(0, 1, 3, 4);
    assertThat(keys.fileIndex(2, 0, 2)).isEqualTo(-1);
  }
}
