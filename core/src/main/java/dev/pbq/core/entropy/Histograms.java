package dev.pbq.core.entropy;

import dev.pbq.core.parallel.Parallel;
import java.util.List;

/**
 * How often each symbol occurs, for each quantizer and level.
 *
 * @param counts [quantizers * {@link Levels#SUMS}][{@link Symbols#COUNT}]
 */
record Histograms(long[][] counts) {
  private static final int COLUMNS = 64;

  static Histograms of(Codes codes, Trellis trellis, int segmentRows, Levels levels, int shift) {
    List<int[]> parts =
        Parallel.mapRanges(
            codes.cols(),
            COLUMNS,
            (from, to) -> {
              int[] counts = new int[(trellis.quantizers() * Levels.SUMS) << Symbols.BITS];
              int[] column = new int[codes.rows()];
              TrellisWalk walk = new TrellisWalk(trellis, segmentRows);
              for (int c = from; c < to; c++) {
                codes.column(c, 0, column);
                walk.restart();
                for (int r = 0; r < column.length; r++) {
                  int level = levels.rows()[r] + levels.cols()[c];
                  int k = column[r];
                  int context = walk.quantizer(k) * Levels.SUMS + level;
                  counts[context << Symbols.BITS | Symbols.of(k >> shift)]++;
                }
              }
              return counts;
            });
    long[][] counts = new long[trellis.quantizers() * Levels.SUMS][Symbols.COUNT];
    for (int[] part : parts) {
      for (int x = 0; x < counts.length; x++) {
        for (int s = 0; s < Symbols.COUNT; s++) {
          counts[x][s] += part[x << Symbols.BITS | s];
        }
      }
    }
    return new Histograms(counts);
  }
}
