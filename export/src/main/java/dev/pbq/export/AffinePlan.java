package dev.pbq.export;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What becomes of a model's layers in an {@link AffineFormat}, decided before anything is written.
 *
 * @param packed grids by the name of the layer, without {@code .weight}, in the model's order
 * @param losses what is not kept, by the name of the layer
 * @param dense layers of the blocks that are stored dense
 * @param tables weights outside of the blocks that are packed in the source and dense here
 */
public record AffinePlan(
    Map<String, Grid> packed, Map<String, String> losses, List<String> dense, List<String> tables) {
  public AffinePlan {
    packed = Collections.unmodifiableMap(new LinkedHashMap<>(packed));
    losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    dense = List.copyOf(dense);
    tables = List.copyOf(tables);
  }

  /**
   * The grid of a layer.
   *
   * @param bits width of a code
   * @param groupSize columns per group; -1 for one group in a row
   * @param symmetric whether every zero point is the middle of the codes
   * @param ordered whether groups do not follow the order of the columns
   * @param ragged whether the last group is narrower than the others
   * @param zeroAtZero whether a zero point is 0
   */
  public record Grid(
      int bits,
      int groupSize,
      boolean symmetric,
      boolean ordered,
      boolean ragged,
      boolean zeroAtZero) {
    static Grid of(AffineLayer layer) {
      boolean wide = layer.groupSize() >= layer.cols();
      return new Grid(
          layer.bits(),
          wide ? -1 : layer.groupSize(),
          layer.isSymmetric(),
          layer.columnGroup().isPresent(),
          !wide && layer.cols() % layer.groupSize() != 0,
          layer.hasZeroAtZero());
    }

    /** Whether two layers have the same width and group size. */
    public boolean isLike(Grid other) {
      return bits == other.bits && groupSize == other.groupSize;
    }
  }

  /** Whether every packed layer is symmetric. */
  public boolean isSymmetric() {
    return packed.values().stream().allMatch(Grid::symmetric);
  }

  /** Whether some layer differs from the others in width or group size. */
  public boolean isMixed() {
    Grid most = most();
    return packed.values().stream().anyMatch(grid -> !grid.isLike(most));
  }

  /** A layer whose width and group size most layers have. */
  public Grid most() {
    return most(packed.values());
  }

  static Grid most(Iterable<Grid> grids) {
    Map<List<Integer>, List<Grid>> like = new LinkedHashMap<>();
    for (Grid grid : grids) {
      like.computeIfAbsent(List.of(grid.bits(), grid.groupSize()), k -> new ArrayList<>())
          .add(grid);
    }
    return like.values().stream()
        .max(Comparator.comparingInt(List::size))
        .map(most -> Objects.requireNonNull(most.get(0)))
        .orElseThrow(() -> new IllegalStateException("no layer"));
  }
}
