package dev.pbq.formats.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How block shapes tile a tensor. */
class TilingTest {
  @Test
  void blocksThatTheReferenceDoesNotHave() {
    BlockShape blocks = BlockShape.of(1, 16);
    for (int[] shape : new int[][] {{2, 2, 2}, {2, 2, 2, 2}}) {
      assertThatThrownBy(() -> Tiling.of(blocks, false, shape))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("dimensions");
    }
    assertThatThrownBy(() -> Tiling.of(blocks, true, 5)).hasMessageContaining("1 dimensions");
    assertThatThrownBy(() -> BlockShape.of(0, 16)).hasMessageContaining("neither -1");
    assertThatThrownBy(() -> new BlockShape(List.of())).hasMessageContaining("empty");
    assertThat(Tiling.of(BlockShape.of(16), false, 100, 50))
        .as("a single number blocks whole columns")
        .isEqualTo(new Tiling(1, 100, 50, 100, 16));
    assertThat(Tiling.of(BlockShape.of(7, 1, 16), true, 4, 5, 60))
        .isEqualTo(new Tiling(4, 5, 60, 1, 16));
    assertThat(Tiling.of(BlockShape.of(3, 16), true, 4, 60)).isEqualTo(new Tiling(1, 4, 60, 1, 16));
  }
}
