package dev.pbq.kernels.form;

import dev.pbq.kernels.lanes.Lanes;
import java.util.List;
import java.util.Optional;

/**
 * The runs of {@link SignTiles}: columns with the same scales and means. Positions are counted
 * through all runs; each has a multiple of four of them. Immutable.
 */
public final class SignRuns {
  /** Positions of a run at most. */
  public static final int LONGEST = Runs.LONGEST;

  static final int PER_WORD = 16;

  private static final int STEP = 4;

  private final int cols;
  private final Lanes.Sums sums;
  private final List<Run> runs;
  private final int[] firstPosition;
  private final int[] firstWord;

  /**
   * One run.
   *
   * @param columns at most {@value #LONGEST}
   * @param factors of classes 0 and 1: what the inputs of these columns are multiplied with
   */
  public record Run(int[] columns, Optional<float[][]> factors) {}

  /**
   * @param cols columns of the matrix
   * @param sums {@code BOTH} where there are no means, {@code ONE} where class 0 is 0
   */
  public SignRuns(int cols, Lanes.Sums sums, List<Run> runs) {
    this.cols = cols;
    this.sums = sums;
    this.runs = List.copyOf(runs);
    firstPosition = new int[runs.size() + 1];
    firstWord = new int[runs.size() + 1];
    for (int i = 0; i < runs.size(); i++) {
      int columns = runs.get(i).columns.length;
      if (columns > LONGEST) {
        throw new IllegalArgumentException("a run of " + columns + " columns");
      }
      firstPosition[i + 1] = firstPosition[i] + (columns + STEP - 1) / STEP * STEP;
      firstWord[i + 1] = firstWord[i] + (columns + PER_WORD - 1) / PER_WORD;
    }
  }

  /** Where in its word the two bits of a position are. */
  static int shift(int p) {
    return Integer.SIZE - 2 - p % PER_WORD * 2;
  }

  int cols() {
    return cols;
  }

  Lanes.Sums sums() {
    return sums;
  }

  /** Numbers for each row of a run: a scale for each sum, and the mean of class 0. */
  int parameters() {
    return sums == Lanes.Sums.ALL ? 4 : 2;
  }

  int count() {
    return runs.size();
  }

  int words() {
    return firstWord[runs.size()];
  }

  int firstWord(int run) {
    return firstWord[run];
  }

  int positions() {
    return firstPosition[runs.size()];
  }

  int firstPosition(int run) {
    return firstPosition[run];
  }

  /** As {@link NearInputs#end}, where each input stands once for each class. */
  int near(int first, int copies) {
    return NearInputs.end(firstPosition, first, 2 * copies);
  }

  int positions(int run) {
    return firstPosition[run + 1] - firstPosition[run];
  }

  int columns(int run) {
    return runs.get(run).columns.length;
  }

  int column(int run, int p) {
    return runs.get(run).columns[p];
  }

  float factor(int classOf, int run, int p) {
    Optional<float[][]> of = runs.get(run).factors;
    return of.isPresent() ? of.get()[classOf][p] : 1f;
  }

  boolean hasFactors() {
    return runs.stream().anyMatch(r -> r.factors.isPresent());
  }

  /** Bytes of the tables. */
  long bytes() {
    return 4L * (firstPosition.length + firstWord.length + (hasFactors() ? 3L : 1L) * positions());
  }
}
