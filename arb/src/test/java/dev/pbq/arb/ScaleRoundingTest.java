package dev.pbq.arb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.Groups;
import dev.pbq.arb.fit.RowColumnFit;
import dev.pbq.arb.fit.RowFit;
import dev.pbq.arb.fit.SignPlanes;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.packed.ScaleFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleRoundingTest {
  private static final List<GroupFit> ONE_OF_EACH =
      List.of(
          new RowFit(new double[] {0.25, -1}, new double[] {-2, 0.5}, null),
          new RowColumnFit(new double[] {-1, 2}, new double[] {0.5, -4, 1}, null, null));

  @Test
  void everyKindOfFitIsStoredAndKeepsItsValuesThoughNegativeScalesTurn() {
    assertThat(ONE_OF_EACH.stream().<Class<?>>map(Object::getClass))
        .containsExactlyInAnyOrder(GroupFit.class.getPermittedSubclasses());
    for (GroupFit fit : ONE_OF_EACH) {
      FittedBlock block = block(fit);
      ScaleRounding.Rounded rounded =
          new ScaleRounding("layer", ScaleFormat.F32, MeanSharing.EACH, false).round(block);
      assertThat(rounded.block().values()).as(fit.toString()).isEqualTo(block.values());
      assertThat(rounded.scales().groups()).hasSize(1);
      for (int i = 0; i < 6; i++) {
        assertThat(rounded.block().fits().get(0).isNegative(0, i / 3, i % 3)).isFalse();
      }
    }
  }

  @Test
  void copiesShareNoArray() {
    for (GroupFit fit : ONE_OF_EACH) {
      GroupFit copy = fit.copy();
      assertThat(copy).isNotEqualTo(fit);
      assertThat(copy).usingRecursiveComparison().isEqualTo(fit);
    }
  }

  /** 2 x 3 weights, none salient, in one group. */
  private static FittedBlock block(GroupFit fit) {
    SignPlanes signs = new SignPlanes(2, 3);
    signs.first()[1] = 1;
    signs.first()[3] = 1;
    return new FittedBlock(
        new Groups(2, 3, new byte[6], new int[] {1}), new boolean[3], 0, signs, List.of(fit));
  }
}
