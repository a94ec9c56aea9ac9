package dev.pbq.core.packed;

import dev.pbq.core.packed.GroupLayout.Form;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import java.util.List;
import java.util.Optional;

/**
 * Checks that the scales of a {@link BinaryGroupsLinear} are those that its layout calls for, and
 * shared as it says. If not, it throws an {@link IllegalArgumentException} naming block and group.
 */
record ScaleCheck(GroupLayout layout, ScaleFormat format, ColumnSides sides, int rows) {
  void require(List<BlockScales> scales) {
    if (scales.size() != sides.blocks()) {
      throw new IllegalArgumentException(
          "scales of " + scales.size() + " blocks where there are " + sides.blocks());
    }
    for (int b = 0; b < scales.size(); b++) {
      List<GroupScales> groups = scales.get(b).groups();
      if (groups.size() != layout.groups()) {
        throw new IllegalArgumentException(
            "scales of " + groups.size() + " groups where there are " + layout.groups());
      }
      for (int g = 0; g < groups.size(); g++) {
        String what = "block " + b + ", group " + g;
        if (groups.get(g).order() != layout.order(g)) {
          throw new IllegalArgumentException(what + ": scales of order " + groups.get(g).order());
        }
        // What groups share is compared with the first group, which is salient if any is.
        if (groups.get(g) instanceof RowScales s && layout.form() == Form.ROW) {
          require(s, (RowScales) groups.get(0), what);
        } else if (groups.get(g) instanceof RowColumnScales s && layout.form() == Form.ROW_COLUMN) {
          require(s, (RowColumnScales) groups.get(0), b, layout.isSalient(g), what);
        } else {
          throw new IllegalArgumentException(
              what + ": scales of another form than " + layout.form());
        }
      }
    }
  }

  private void require(RowScales s, RowScales firstGroup, String what) {
    if (s.mean().isPresent() == (layout.means() == MeanSharing.NONE)) {
      throw new IllegalArgumentException(what + ": a mean too many or too few");
    }
    s.mean().ifPresent(v -> requireFits(v, rows, what));
    requireFits(s.first(), rows, what);
    s.second().ifPresent(v -> requireFits(v, rows, what));
    if (layout.means() == MeanSharing.BLOCK) {
      requireShared(s.mean(), firstGroup.mean(), what);
    }
  }

  private void require(
      RowColumnScales s, RowColumnScales firstGroup, int block, boolean salient, String what) {
    int ofSide = sides.count(block, salient);
    boolean shared = layout.sharedColumns();
    requireFits(s.rowFirst(), rows, what);
    requireFits(s.colFirst(), shared ? sides.to(block) - sides.from(block) : ofSide, what);
    s.rowSecond().ifPresent(v -> requireFits(v, rows, what));
    s.colSecond().ifPresent(v -> requireFits(v, ofSide, what));
    if (shared) {
      requireShared(Optional.of(s.colFirst()), Optional.of(firstGroup.colFirst()), what);
      if (salient) {
        requireShared(s.colSecond(), firstGroup.colSecond(), what);
      }
    }
  }

  private void requireFits(ScaleVector vector, int length, String what) {
    if (vector.length() != length || vector.format() != format) {
      throw new IllegalArgumentException(
          what + ": " + vector + " where " + length + " of " + format.id() + " belong");
    }
  }

  private static void requireShared(
      Optional<ScaleVector> vector, Optional<ScaleVector> shared, String what) {
    if (!vector.equals(shared)) {
      throw new IllegalArgumentException(what + ": what groups share is not the same for all");
    }
  }
}
