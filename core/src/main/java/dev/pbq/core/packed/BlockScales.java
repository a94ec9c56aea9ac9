package dev.pbq.core.packed;

import java.util.List;

/**
 * The parameters of one block of columns.
 *
 * @param groups one entry per group, in the order of {@link GroupLayout#group}; where the layout
 *     says that groups share a vector, all have an equal one (best the same object)
 */
public record BlockScales(List<GroupScales> groups) {
  public BlockScales {
    groups = List.copyOf(groups);
  }

  @Override
  public String toString() {
    return "BlockScales[groups=" + groups.size() + "]";
  }
}
