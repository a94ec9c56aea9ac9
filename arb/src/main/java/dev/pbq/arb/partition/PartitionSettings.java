package dev.pbq.arb.partition;

import dev.pbq.arb.choice.BreakPoints;
import dev.pbq.arb.choice.Division;

/**
 * How blocks are divided.
 *
 * @param division which bitmaps there are
 * @param cgb whether the group bitmap also splits the salient columns (ARB-LLM's column-group
 *     bitmap); without effect unless {@code division} is {@link Division#BOTH}
 * @param groups groups by magnitude on each side of the column bitmap, 2 to 4, and so {@code groups
 *     - 1} break points; without effect where there is no group bitmap
 * @param minSalient the smallest number of salient columns that is tried; a block that has not more
 *     columns than that has no salient column
 * @param upLim at most {@code upLim - 1} columns of a block are salient, and at least one is not
 * @param searchOrder planes of both halves while salient columns are counted: 2 as in the published
 *     code, 1 as in BiLLM's Algorithm 2
 * @param breakPoints the break points that are tried
 * @param subtractMean whether the binarization of the searches subtracts the mean, as the published
 *     code does and BiLLM's text does not
 * @param publishedMultisplit with more than one break point: whether a later round must beat the
 *     best error of all earlier ones, and else takes its first candidate, as in the published code
 */
public record PartitionSettings(
    Division division,
    boolean cgb,
    int groups,
    int minSalient,
    int upLim,
    int searchOrder,
    BreakPoints breakPoints,
    boolean subtractMean,
    boolean publishedMultisplit) {
  public PartitionSettings {
    if (division == null || breakPoints == null) {
      throw new IllegalArgumentException("a division and break points are needed");
    }
    if (groups < 2 || groups > 4) {
      throw new IllegalArgumentException(groups + " groups on each side, not 2 to 4");
    }
    if (minSalient < 1 || upLim < 1) {
      throw new IllegalArgumentException(
          "salient columns from " + minSalient + " to below " + upLim);
    }
    if (searchOrder != 1 && searchOrder != 2) {
      throw new IllegalArgumentException("search of order " + searchOrder);
    }
  }

  /** What made the published tables: both bitmaps, with or without CGB. */
  public static PartitionSettings published(boolean cgb) {
    return new PartitionSettings(
        Division.BOTH, cgb, 2, 1, 50, 2, BreakPoints.PERCENTILE, true, false);
  }

  /** Groups of the salient columns; 0 if there are no such columns. */
  int salientGroups() {
    if (!division.hasColumns()) {
      return 0;
    }
    return division == Division.BOTH && cgb ? groups : 1;
  }

  /** Groups of all other columns. */
  int otherGroups() {
    return division.hasGroups() ? groups : 1;
  }
}
