package dev.pbq.arb.partition;

import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;
import java.util.List;

/**
 * Single entries of a sorted list without sorting it: entries are counted by the leading bits of
 * their float64 pattern, and only those that share leading bits with a wanted one are sorted.
 */
final class OrderStatistics {
  private static final int MOST_BUCKETS = 1 << 16;
  private static final int CHUNKS = 8;

  private final double[] list;
  private final int chunk;
  private long least;
  private int shift;
  private int buckets;

  private OrderStatistics(double[] list) {
    this.list = list;
    this.chunk = Math.max(1, Parallel.ranges(list.length, CHUNKS));
  }

  /**
   * The entries of some ranks.
   *
   * @param list finite, none negative and no -0.0; not changed
   * @param ranks from 0, in any order
   */
  static double[] of(double[] list, int[] ranks) {
    return new OrderStatistics(list).select(ranks);
  }

  private double[] select(int[] ranks) {
    chooseBuckets();
    List<int[]> counts = Parallel.mapRanges(list.length, chunk, this::count);
    int[] total = new int[buckets];
    for (int[] part : counts) {
      for (int b = 0; b < buckets; b++) {
        total[b] += part[b];
      }
    }
    // Counts become ends, so that the bucket of a rank is the first that ends beyond it.
    for (int b = 1; b < buckets; b++) {
      total[b] += total[b - 1];
    }
    boolean[] wanted = new boolean[buckets];
    int[] bucketOf = new int[ranks.length];
    for (int i = 0; i < ranks.length; i++) {
      bucketOf[i] = bucket(total, ranks[i]);
      wanted[bucketOf[i]] = true;
    }
    double[][] sorted = gather(counts, wanted);
    double[] values = new double[ranks.length];
    for (int i = 0; i < ranks.length; i++) {
      int b = bucketOf[i];
      values[i] = sorted[b][ranks[i] - (b == 0 ? 0 : total[b - 1])];
    }
    return values;
  }

  private static int bucket(int[] ends, int rank) {
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends[middle] > rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Bucket 0 is for zeros, which would make the others too wide. */
  private void chooseBuckets() {
    List<Extent> extents = Parallel.mapRanges(list.length, chunk, this::extent);
    least = extents.stream().mapToLong(Extent::low).min().orElseThrow();
    long range = Math.max(0, extents.stream().mapToLong(Extent::high).max().orElseThrow() - least);
    int most = Math.max(256, Math.min(MOST_BUCKETS, Integer.highestOneBit(list.length)));
    shift =
        Math.max(0, 64 - Long.numberOfLeadingZeros(range) - Integer.numberOfTrailingZeros(most));
    buckets = 2 + (int) (range >>> shift);
  }

  /** The least pattern but 0, and the largest, of entries [from, to). */
  private Extent extent(int from, int to) {
    long low = Long.MAX_VALUE;
    long high = 0;
    for (int i = from; i < to; i++) {
      long bits = Double.doubleToRawLongBits(list[i]);
      high = Math.max(high, bits);
      low = bits == 0 ? low : Math.min(low, bits);
    }
    return new Extent(low, high);
  }

  private record Extent(long low, long high) {}

  private int bucket(double value) {
    long bits = Double.doubleToRawLongBits(value);
    return bits == 0 ? 0 : 1 + (int) ((bits - least) >>> shift);
  }

  private int[] count(int from, int to) {
    int[] counts = new int[buckets];
    for (int i = from; i < to; i++) {
      counts[bucket(list[i])]++;
    }
    return counts;
  }

  /** The entries of each wanted bucket, sorted; null for the others. */
  private double[][] gather(List<int[]> counts, boolean[] wanted) {
    double[][] parts = new double[buckets][];
    int[] indices = new int[buckets];
    int found = 0;
    for (int b = 0; b < buckets; b++) {
      if (wanted[b]) {
        // From here on a chunk's count is the place of its next entry.
        int size = 0;
        for (int[] part : counts) {
          int here = part[b];
          part[b] = size;
          size += here;
        }
        parts[b] = new double[size];
        indices[found++] = b;
      }
    }
    Parallel.forEachRange(
        list.length,
        chunk,
        (from, to) -> {
          int[] next = counts.get(from / chunk);
          for (int i = from; i < to; i++) {
            int b = bucket(list[i]);
            if (wanted[b]) {
              parts[b][next[b]++] = list[i];
            }
          }
        });
    Parallel.forEach(found, i -> Arrays.sort(parts[indices[i]]));
    return parts;
  }
}
