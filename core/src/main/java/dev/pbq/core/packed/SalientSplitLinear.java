package dev.pbq.core.packed;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Objects;

/**
 * PB-LLM's storage family ({@code salient-split}): a bitmap marks salient weights, which are kept
 * on a per-row {@link AffineGrid}; all others are represented as {@link LowPart} says.
 */
public final class SalientSplitLinear implements QuantizedLinear {
  private final int rows;
  private final int cols;
  private final int groupSize;
  private final ScaleDtype scaleDtype;
  private final long[] salient;
  private final byte[] codes;
  private final AffineGrid high;
  private final LowPart low;
  private final int salientCount;

  /** The bitmap as stored; made when first asked for, always the same. */
  private volatile BitmapCodec.Encoded mask;

  /**
   * Takes ownership of the arrays.
   *
   * @param groupSize columns per group of low parameters, 1..cols; the last group may be shorter
   * @param scaleDtype how scales, means, levels and verbatim values are stored; they must already
   *     be rounded to it
   * @param salient bit {@code r * cols + c} (bit {@code i % 64} of word {@code i / 64}) is set
   *     where weight [r, c] is salient; bits beyond the last weight are 0
   * @param codes [rows * cols], row-major, unsigned: a salient weight's code on its row's grid, a
   *     low weight's low code (0 if low weights have no codes)
   * @param high the grids of the salient weights, one per row
   * @param low the low weights
   * @throws IllegalArgumentException if lengths do not fit the shape, a code does not fit its
   *     width, or a parameter is not finite or not rounded to {@code scaleDtype}
   */
  public SalientSplitLinear(
      int rows,
      int cols,
      int groupSize,
      ScaleDtype scaleDtype,
      long[] salient,
      byte[] codes,
      AffineGrid high,
      LowPart low) {
    Shapes.require(rows, cols, groupSize, codes);
    this.rows = rows;
    this.cols = cols;
    this.groupSize = groupSize;
    this.scaleDtype = Objects.requireNonNull(scaleDtype, "scaleDtype");
    this.salient = salient;
    this.codes = codes;
    this.high = Objects.requireNonNull(high, "high");
    this.low = Objects.requireNonNull(low, "low");
    if (salient.length != Bitmap.words(codes.length)) {
      throw new IllegalArgumentException(
          salient.length + " words mark the salient ones of " + codes.length + " weights");
    }
    int last = salient.length - 1;
    if (salient[last] != Bitmap.word(salient, last, 0, codes.length)) {
      throw new IllegalArgumentException("a salient weight beyond the last one");
    }
    salientCount = Bitmap.ones(salient, 0, codes.length);
    Shapes.requireStorable(scaleDtype, high.scale(), rows, "scales of salient weights");
    long grids = (long) groups() * rows;
    for (LowPart.Parameters p : low.parameters()) {
      long count = p.perGrid() ? grids : codes.length - salientCount;
      Shapes.requireStorable(scaleDtype, p.values(), count, p.what());
    }
    requireCodesFit();
  }

  @Override
  public String family() {
    return SalientSplitFormat.FAMILY;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  /** Columns per group of low parameters. */
  public int groupSize() {
    return groupSize;
  }

  /** Groups of low parameters; the last may be narrower. */
  public int groups() {
    return Shapes.groups(cols, groupSize);
  }

  public ScaleDtype scaleDtype() {
    return scaleDtype;
  }

  /** How many weights are salient. */
  public int salientCount() {
    return salientCount;
  }

  public boolean isSalient(int row, int col) {
    return Bitmap.get(salient, row * cols + col);
  }

  /** The bitmap of salient weights, as given to the constructor; not a copy, not to be changed. */
  public long[] salient() {
    return salient;
  }

  /** The codes [rows * cols], as given to the constructor; not a copy, not to be changed. */
  public byte[] codes() {
    return codes;
  }

  /** The grids of the salient weights, one per row. */
  public AffineGrid high() {
    return high;
  }

  public LowPart low() {
    return low;
  }

  @Override
  public FloatMatrix dequantize() {
    float[] w = new float[codes.length];
    int rowsPerTask = RowTasks.perTask(cols);
    // Only verbatim weights must know how many of them come before.
    int[] lowBefore = new int[Parallel.ranges(rows, rowsPerTask)];
    if (low instanceof LowPart.Verbatim) {
      for (int t = 1; t < lowBefore.length; t++) {
        int from = (t - 1) * rowsPerTask * cols;
        int to = t * rowsPerTask * cols;
        lowBefore[t] = lowBefore[t - 1] + to - from - Bitmap.ones(salient, from, to);
      }
    }
    Parallel.forEachRange(
        rows,
        rowsPerTask,
        (first, end) -> {
          if (low instanceof LowPart.Verbatim v) {
            dequantizeVerbatim(w, first, end, v.values(), lowBefore[first / rowsPerTask]);
          } else {
            dequantizeCoded(w, first, end);
          }
        });
    return new FloatMatrix(rows, cols, w);
  }

  /** By tables: entries 0..255 are the low codes' values, 256..511 the salient codes'. */
  private void dequantizeCoded(float[] w, int firstRow, int endRow) {
    float[] value = new float[512];
    for (int r = firstRow; r < endRow; r++) {
      for (int code = 0; code < 1 << high.bits(); code++) {
        value[256 + code] = high.value(r, code);
      }
      int i = r * cols;
      int rowEnd = i + cols;
      for (int p = r; i < rowEnd; p += rows) {
        low.codeValues(p, value);
        for (int end = Math.min(rowEnd - i, groupSize) + i; i < end; i++) {
          int bit = (int) (salient[i >>> 6] >>> i) & 1;
          w[i] = value[(codes[i] & 0xff) + (bit << 8)];
        }
      }
    }
  }

  private void dequantizeVerbatim(
      float[] w, int firstRow, int endRow, float[] values, int firstValue) {
    int next = firstValue;
    int i = firstRow * cols;
    for (int r = firstRow; r < endRow; r++) {
      for (int end = i + cols; i < end; i++) {
        w[i] = Bitmap.get(salient, i) ? high.value(r, codes[i] & 0xff) : values[next++];
      }
    }
  }

  @Override
  public BitAccount bits() {
    return SalientSplitFormat.bits(this);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.salientSplit(this);
  }

  @Override
  public void write(PackedWriter out) {
    SalientSplitFormat.write(this, out);
  }

  /**
   * About how many bits the bitmap takes when stored: an upper estimate, reached when salient
   * weights are spread evenly, from their share alone.
   *
   * @param weights how many weights there are
   * @param share the share of salient ones, 0..1
   */
  public static long estimateMaskBits(long weights, double share) {
    double entropy =
        share <= 0 || share >= 1
            ? 0
            : -(share * StrictMath.log(share) + (1 - share) * StrictMath.log(1 - share))
                / StrictMath.log(2);
    // A length and a last unit for each chunk; a model of one class.
    double ranged = weights * entropy + 48.0 * (1 + weights / BitmapCodec.CHUNK_BITS) + 32;
    return (long) Math.ceil(Math.min(ranged, 8.0 * BitPacking.bytes(weights, 1)));
  }

  /** The bitmap as stored. */
  BitmapCodec.Encoded mask() {
    BitmapCodec.Encoded encoded = mask;
    if (encoded == null) {
      encoded = BitmapCodec.encode(salient, rows, cols);
      mask = encoded;
    }
    return encoded;
  }

  private void requireCodesFit() {
    int lowOver = -1 << low.codeBits();
    int highOver = -1 << high.bits();
    int flip = lowOver ^ highOver;
    int over = 0;
    for (int i = 0; i < codes.length; i++) {
      int bit = (int) (salient[i >>> 6] >>> i) & 1;
      over |= (codes[i] & 0xff) & (lowOver ^ (flip & -bit));
    }
    if (over != 0) {
      throw new IllegalArgumentException(
          "a code does not fit: low codes have "
              + low.codeBits()
              + " bits, salient codes "
              + high.bits());
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SalientSplitLinear s
        && s.rows == rows
        && s.cols == cols
        && s.groupSize == groupSize
        && s.scaleDtype == scaleDtype
        && s.high.equals(high)
        && s.low.equals(low)
        && Arrays.equals(s.salient, salient)
        && Arrays.equals(s.codes, codes);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hash(rows, cols, groupSize, high, low) + Arrays.hashCode(salient);
  }

  @Override
  public String toString() {
    return "SalientSplitLinear[" + rows + ", " + cols + ", salient=" + salientCount + "]";
  }
}
