package dev.pbq.core.entropy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The frequencies of the static coder: for each quantizer a row of tables, each for some levels
 * that follow each other.
 *
 * @param of the table of each quantizer and level, [quantizers * {@link Levels#SUMS}]; never falls
 * @param tables the frequencies of each table
 */
record Tables(int[] of, List<int[]> tables) {
  /** Bits of the length of a frequency. */
  private static final int LENGTH_BITS = 4;

  /** What a symbol of a table takes, about; for choosing how many there are. */
  private static final double BITS_OF_SYMBOL = 9;

  /** Tables that suit the counts: levels share one where that saves bits. */
  static Tables of(Histograms histograms, int quantizers) {
    int[] of = new int[quantizers * Levels.SUMS];
    List<int[]> tables = new ArrayList<>();
    for (int q = 0; q < quantizers; q++) {
      int first = q * Levels.SUMS;
      int[] ends = ends(Arrays.copyOfRange(histograms.counts(), first, first + Levels.SUMS));
      for (int from = 0; from < Levels.SUMS; from = ends[from]) {
        Arrays.fill(of, first + from, first + ends[from], tables.size());
        long[][] counts = Arrays.copyOfRange(histograms.counts(), first + from, first + ends[from]);
        tables.add(Frequencies.of(sum(counts)));
      }
    }
    return new Tables(of, tables);
  }

  /** The level after the last of the table that begins at a level, in the cheapest division. */
  private static int[] ends(long[][] counts) {
    double[] cost = new double[counts.length + 1];
    int[] end = new int[counts.length];
    for (int from = counts.length - 1; from >= 0; from--) {
      if (from > 0 && isEmpty(counts[from])) {
        continue;
      }
      cost[from] = Double.POSITIVE_INFINITY;
      long[] sum = new long[Symbols.COUNT];
      for (int to = from + 1; to <= counts.length; to++) {
        for (int s = 0; s < sum.length; s++) {
          sum[s] += counts[to - 1][s];
        }
        // Levels without codes join the table before them.
        if (to < counts.length && isEmpty(counts[to])) {
          continue;
        }
        double whole = bits(sum) + cost[to];
        if (whole < cost[from]) {
          cost[from] = whole;
          end[from] = to;
        }
      }
    }
    return end;
  }

  private static boolean isEmpty(long[] counts) {
    for (long c : counts) {
      if (c > 0) {
        return false;
      }
    }
    return true;
  }

  private static long[] sum(long[][] counts) {
    long[] sum = new long[Symbols.COUNT];
    for (long[] c : counts) {
      for (int s = 0; s < sum.length; s++) {
        sum[s] += c[s];
      }
    }
    return sum;
  }

  /** Bits of the symbols and of their table. */
  private static double bits(long[] counts) {
    long total = 0;
    double bits = 2 * BITS_OF_SYMBOL;
    for (long c : counts) {
      total += c;
    }
    for (long c : counts) {
      if (c > 0) {
        bits += BITS_OF_SYMBOL + c * StrictMath.log((double) total / c) / StrictMath.log(2);
      }
    }
    return bits;
  }

  /** Writes the tables. */
  void write(BitCoder coder) {
    code(coder, of.length / Levels.SUMS, this);
  }

  /** Reads what {@link #write} wrote; the tables may be ones that no writer makes. */
  static Tables read(BitCoder coder, int quantizers) {
    return code(coder, quantizers, null);
  }

  private static Tables code(BitCoder coder, int quantizers, Tables written) {
    SmallNumbers same = new SmallNumbers(1, 1);
    SmallNumbers lengths = new SmallNumbers(Frequencies.BITS + 1, LENGTH_BITS);
    int[] of = new int[quantizers * Levels.SUMS];
    List<int[]> tables = new ArrayList<>();
    int[] before = new int[Symbols.COUNT];
    for (int i = 0; i < of.length; i++) {
      int starts = i % Levels.SUMS == 0 ? 1 : 0;
      if (starts == 0) {
        starts = same.code(coder, 0, written != null && written.of[i] != written.of[i - 1] ? 1 : 0);
      }
      if (starts == 1) {
        int[] frequencies =
            written == null ? new int[Symbols.COUNT] : written.tables.get(written.of[i]);
        before = frequencies(coder, lengths, before, frequencies);
        tables.add(before);
      }
      of[i] = tables.size() - 1;
    }
    return new Tables(of, tables);
  }

  /** Each frequency as the number of its bits, next to that of the table before, and the bits. */
  private static int[] frequencies(
      BitCoder coder, SmallNumbers lengths, int[] before, int[] wanted) {
    int half = 1 << (BitCoder.PROBABILITY_BITS - 1);
    int[] result = new int[Symbols.COUNT];
    for (int s = 0; s < result.length; s++) {
      int context = Math.min(length(before[s]), Frequencies.BITS);
      int length = lengths.code(coder, context, length(wanted[s]));
      int f = length == 0 ? 0 : 1;
      for (int i = length - 2; i >= 0; i--) {
        f = 2 * f + coder.code(half, (wanted[s] >>> i) & 1);
      }
      result[s] = f;
    }
    return result;
  }

  private static int length(int frequency) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(frequency);
  }

  /** Whether a reader may use them. */
  boolean areValid() {
    for (int[] t : tables) {
      if (!Frequencies.areValid(t)) {
        return false;
      }
    }
    return true;
  }
}
