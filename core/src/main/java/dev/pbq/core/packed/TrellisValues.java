package dev.pbq.core.packed;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Optional;

/**
 * The weights of an {@link EntropyCodedLinear}, some rows at a time. Which quantizer a code belongs
 * to depends on all codes above it in its segment, so the states at the top of every band of {@link
 * #BAND} rows are found once.
 */
final class TrellisValues implements RowDequantizable.RowValues {
  /** Rows between two rows whose states are known. */
  private static final int BAND = 64;

  /** Columns that are filled together, so that a line of the cache is written at once. */
  private static final int STRIP = 16;

  private final int rows;
  private final int cols;
  private final Trellis trellis;
  private final int segmentRows;
  private final Codes codes;
  private final float[] steps;
  private final Optional<float[]> rowScales;

  /** The state before the first row of each band, [bands, cols]. */
  private final byte[] states;

  private TrellisValues(EntropyCodedLinear linear, byte[] states) {
    this.rows = linear.rows();
    this.cols = linear.cols();
    this.trellis = linear.trellis();
    this.segmentRows = linear.segmentRows();
    this.codes = linear.codes();
    this.steps = linear.steps().values();
    this.rowScales = linear.rowScales();
    this.states = states;
  }

  static TrellisValues of(EntropyCodedLinear linear) {
    return new TrellisValues(linear, states(linear));
  }

  private static byte[] states(EntropyCodedLinear linear) {
    Trellis trellis = linear.trellis();
    int rows = linear.rows();
    int cols = linear.cols();
    if (trellis == Trellis.SCALAR) {
      return new byte[0];
    }
    byte[] states = new byte[Parallel.ranges(rows, BAND) * cols];
    Parallel.forEachRange(
        cols,
        STRIP,
        (from, to) -> {
          int[] column = new int[BAND];
          for (int c = from; c < to; c++) {
            int state = 0;
            for (int first = 0; first < rows; first += BAND) {
              states[first / BAND * cols + c] = (byte) state;
              int count = Math.min(BAND, rows - first);
              linear.codes().column(c, first, count, column);
              for (int r = 0; r < count; r++) {
                state = (first + r) % linear.segmentRows() == 0 ? 0 : state;
                state = trellis.next(state, column[r]);
              }
            }
          }
        });
    return states;
  }

  FloatMatrix matrix() {
    float[] w = new float[Math.multiplyExact(rows, cols)];
    Parallel.forEachRange(rows, BAND, (from, to) -> read(from, to - from, w, from * cols));
    return new FloatMatrix(rows, cols, w);
  }

  @Override
  public void read(int first, int count, float[] to, int at) {
    float[] strip = new float[BAND * STRIP];
    int[] column = new int[BAND];
    for (int top = first - first % BAND; top < first + count; top += BAND) {
      int skip = Math.max(first - top, 0);
      int end = Math.min(BAND, first + count - top);
      for (int c0 = 0; c0 < cols; c0 += STRIP) {
        int width = Math.min(STRIP, cols - c0);
        for (int c = 0; c < width; c++) {
          codes.column(c0 + c, top, end, column);
          levels(c0 + c, top, end, column, strip, c);
        }
        for (int r = skip; r < end; r++) {
          System.arraycopy(strip, r * STRIP, to, at + (top + r - first) * cols + c0, width);
        }
      }
    }
  }

  /** Weights of the first {@code count} rows from {@code top} on of a column. */
  private void levels(int c, int top, int count, int[] column, float[] strip, int at) {
    float step = steps[c];
    int state = states.length == 0 ? 0 : states[top / BAND * cols + c];
    int left = segmentRows - top % segmentRows;
    if (left == segmentRows) {
      state = 0;
    }
    for (int r = 0; r < count; r++) {
      if (left == 0) {
        state = 0;
        left = segmentRows;
      }
      left--;
      int k = column[r];
      float w = step * trellis.level(trellis.quantizer(state), k);
      strip[r * STRIP + at] = rowScales.isPresent() ? rowScales.get()[top + r] * w : w;
      state = trellis.next(state, k);
    }
  }
}
