package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.packed.GroupLayout.MeanSharing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Layers of binary groups that could not be stored cannot be made. */
class BinaryGroupsRefusalsTest {
  private static ScaleVector vector(double... values) {
    return ScaleVector.encode(ScaleFormat.F32, values);
  }

  @Test
  void layoutsThatMakeNoSenseAreRefused() {
    assertInvalid(() -> GroupLayout.rows(5, 1, MeanSharing.EACH), "5 classes of salient");
    assertInvalid(() -> GroupLayout.rows(-1, 1, MeanSharing.EACH), "-1 classes of salient");
    assertInvalid(() -> GroupLayout.rows(0, 0, MeanSharing.EACH), "0 classes of weights that");
    assertInvalid(
        () -> new GroupLayout(1, 1, GroupLayout.Form.ROW, MeanSharing.EACH, true), "share");
    assertInvalid(
        () -> new GroupLayout(1, 1, GroupLayout.Form.ROW_COLUMN, MeanSharing.EACH, true), "share");
    assertInvalid(
        () -> new RowColumnScales(vector(1), vector(1), Optional.of(vector(1)), Optional.empty()),
        "second plane");
  }

  @Test
  void constructorRefusesWhatCannotBeStored() {
    GroupLayout layout = GroupLayout.rows(1, 2, MeanSharing.EACH);
    assertInvalid(layout, 2, new long[] {1}, new byte[5], scales(layout, 2), "5 codes");
    assertInvalid(layout, 4, new long[] {1}, new byte[6], scales(layout, 2), "groups of 4");
    assertInvalid(layout, 2, new long[2], new byte[6], scales(layout, 2), "2 words mark");
    assertInvalid(layout, 2, new long[] {8}, new byte[6], scales(layout, 2), "beyond");
    byte[] salientClass = {4, 0, 0, 0, 0, 0};
    assertInvalid(layout, 2, new long[] {1}, salientClass, scales(layout, 2), "class or sign");
    byte[] second = {3, 2, 0, 0, 0, 0};
    assertInvalid(layout, 2, new long[] {1}, second, scales(layout, 2), "class or sign");
    byte[] third = {3, 8, 0, 0, 0, 0};
    assertInvalid(layout, 2, new long[] {1}, third, scales(layout, 2), "class or sign");
    byte[] beyond = {3, 0, 0, 0, 0, 16};
    assertInvalid(layout, 2, new long[] {1}, beyond, scales(layout, 2), "class or sign");
    assertInvalid(layout, 2, new long[] {1}, new byte[6], scales(layout, 1), "of 1 blocks");
    assertInvalid(layout, 2, new long[] {1}, new byte[6], scales(layout, 2, 1), "of 1 groups");
    GroupLayout none = GroupLayout.rows(0, 3, MeanSharing.EACH);
    assertInvalid(none, 2, new long[] {1}, new byte[6], scales(none, 2), "no class of salient");
    assertInvalid(
        none, 2, new long[] {0}, new byte[6], scales(layout, 2), "group 0: scales of order 2");
    GroupLayout zeroMean = GroupLayout.rows(1, 2, MeanSharing.NONE);
    assertInvalid(zeroMean, 2, new long[] {1}, new byte[6], scales(layout, 2), "a mean too many");
    assertInvalid(layout, 2, new long[] {1}, new byte[6], scales(zeroMean, 2), "a mean too many");
    GroupLayout columns = GroupLayout.rowColumns(1, 2, false);
    assertInvalid(columns, 2, new long[] {1}, new byte[6], scales(layout, 2), "another form");
    assertInvalid(layout, 2, new long[] {1}, new byte[6], scales(columns, 2), "another form");
    // One column where the block has one of each side, or two to share.
    assertInvalid(columns, 2, new long[] {0}, new byte[6], scales(columns, 2), "length=1");
    GroupLayout shared = GroupLayout.rowColumns(1, 2, true);
    assertInvalid(shared, 2, new long[] {1}, new byte[6], scales(columns, 2), "length=1");
  }

  @Test
  void whatGroupsShareMustBeTheSame() {
    GroupLayout layout = GroupLayout.rows(0, 2, MeanSharing.BLOCK);
    List<GroupScales> groups =
        List.of(
            new RowScales(Optional.of(vector(1, 2)), vector(1, 2), Optional.empty()),
            new RowScales(Optional.of(vector(1, 3)), vector(1, 2), Optional.empty()));
    assertInvalid(
        layout, 3, new long[1], new byte[6], List.of(new BlockScales(groups)), "not the same");
    GroupLayout shared = GroupLayout.rowColumns(0, 2, true);
    List<GroupScales> rowColumns =
        List.of(
            new RowColumnScales(vector(1, 2), vector(1, 2, 3), Optional.empty(), Optional.empty()),
            new RowColumnScales(vector(1, 2), vector(1, 2, 4), Optional.empty(), Optional.empty()));
    assertInvalid(
        shared, 3, new long[1], new byte[6], List.of(new BlockScales(rowColumns)), "not the same");
  }

  /** For two rows, and blocks with one column of each side. */
  private static List<BlockScales> scales(GroupLayout layout, int blocks) {
    return scales(layout, blocks, layout.groups());
  }

  private static List<BlockScales> scales(GroupLayout layout, int blocks, int groups) {
    BlockScales[] scales = new BlockScales[blocks];
    List<GroupScales> block = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      boolean two = layout.isSalient(g);
      Optional<ScaleVector> row = two ? Optional.of(vector(1, 2)) : Optional.empty();
      if (layout.form() == GroupLayout.Form.ROW) {
        boolean mean = layout.means() != MeanSharing.NONE;
        block.add(
            new RowScales(mean ? Optional.of(vector(0, 0)) : Optional.empty(), vector(1, 2), row));
      } else {
        block.add(
            new RowColumnScales(
                vector(1, 2), vector(1), row, two ? Optional.of(vector(1)) : Optional.empty()));
      }
    }
    Arrays.fill(scales, new BlockScales(block));
    return List.of(scales);
  }

  private static void assertInvalid(
      GroupLayout layout,
      int blockSize,
      long[] salient,
      byte[] codes,
      List<BlockScales> scales,
      String message) {
    assertInvalid(
        () ->
            new BinaryGroupsLinear(
                2, 3, blockSize, layout, ScaleFormat.F32, BitmapCoding.RAW, salient, codes, scales),
        message);
  }

  private static void assertInvalid(Runnable constructor, String message) {
    assertThatThrownBy(constructor::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
