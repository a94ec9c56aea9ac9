package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Objects;

/**
 * Storage family of the block formats ({@code block-format}): every weight has a code in a {@link
 * NumberFormat}, and every block of weights shares an exponent or exponent bias where the format
 * has one.
 */
public final class BlockFormatLinear implements QuantizedLinear, RowDequantizable {
  /** The widest code that can be stored. */
  public static final int MAX_WIDTH = 8;

  private final int rows;
  private final int cols;
  private final NumberFormat format;
  private final int blockRows;
  private final int blockCols;
  private final byte[] codes;
  private final byte[] shared;
  private final KeptWeights kept;

  /**
   * Takes ownership of the arrays.
   *
   * @param format signed, and of a width of at most {@value #MAX_WIDTH}
   * @param blockRows rows of a block, 1..rows; the last row of blocks may be cut off; of no meaning
   *     where the format shares nothing
   * @param blockCols columns of a block, 1..cols; likewise
   * @param codes [rows * cols], row-major, unsigned
   * @param shared what each block shares, unsigned, row-major over the blocks; empty where the
   *     format shares nothing
   * @param kept weights that are not on the format's grid and stored as they are
   * @throws IllegalArgumentException if lengths do not fit the shape, a code does not fit its
   *     width, or a shared exponent its own
   */
  public BlockFormatLinear(
      int rows,
      int cols,
      NumberFormat format,
      int blockRows,
      int blockCols,
      byte[] codes,
      byte[] shared,
      KeptWeights kept) {
    Shapes.require(rows, cols, blockCols, codes);
    if (blockRows < 1 || blockRows > rows) {
      throw new IllegalArgumentException("blocks of " + blockRows + " of " + rows + " rows");
    }
    this.rows = rows;
    this.cols = cols;
    this.format = Objects.requireNonNull(format, "format");
    boolean blocked = format.sharedBits() > 0;
    this.blockRows = blocked ? blockRows : 1;
    this.blockCols = blocked ? blockCols : cols;
    this.codes = codes;
    this.shared = shared;
    this.kept = Objects.requireNonNull(kept, "kept");
    if (format.width() > MAX_WIDTH) {
      throw new IllegalArgumentException("codes of " + format.width() + " bits");
    }
    if (format instanceof NumberFormat.FixedPoint f && !f.signed()) {
      throw new IllegalArgumentException("weights in an unsigned format");
    }
    int blocks = blocked ? blocks() : 0;
    if (shared.length != blocks) {
      throw new IllegalArgumentException(
          shared.length + " shared exponents where " + blocks + " belong");
    }
    requireFit(codes, format.width(), "a code");
    requireFit(shared, format.sharedBits(), "a shared exponent");
    kept.requireWithin(codes.length);
  }

  private static void requireFit(byte[] values, int bits, String what) {
    if (!BitPacking.fit(values, bits)) {
      throw new IllegalArgumentException(what + " does not fit in " + bits + " bits");
    }
  }

  @Override
  public String family() {
    return BlockFormatStorage.FAMILY;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  public NumberFormat format() {
    return format;
  }

  /** Rows of a block; 1 where the format shares nothing. */
  public int blockRows() {
    return blockRows;
  }

  /** Columns of a block; all where the format shares nothing. */
  public int blockCols() {
    return blockCols;
  }

  /** Blocks side by side. */
  int blocksAcross() {
    return Shapes.groups(cols, blockCols);
  }

  /** Blocks in all. */
  int blocks() {
    return Shapes.groups(rows, blockRows) * blocksAcross();
  }

  /** The codes [rows * cols], as given to the constructor; not a copy, not to be changed. */
  public byte[] codes() {
    return codes;
  }

  /** What each block shares; not a copy, not to be changed. */
  public byte[] shared() {
    return shared;
  }

  /** Weights stored as they are. */
  public KeptWeights kept() {
    return kept;
  }

  @Override
  public FloatMatrix dequantize() {
    return RowTasks.dequantize(rows, cols, rowValues());
  }

  @Override
  public RowValues rowValues() {
    float[][] values = values();
    return (first, count, to, at) -> {
      for (int r = 0; r < count; r++) {
        dequantizeRow(first + r, values, to, at + r * cols);
      }
      kept.copyTo(to, at, first * cols, count * cols);
    };
  }

  private void dequantizeRow(int row, float[][] values, float[] w, int at) {
    int i = row * cols;
    int shift = at - i;
    int rowEnd = i + cols;
    if (shared.length == 0) {
      float[] value = values[0];
      for (; i < rowEnd; i++) {
        w[shift + i] = value[codes[i] & 0xff];
      }
      return;
    }
    for (int b = row / blockRows * blocksAcross(); i < rowEnd; b++) {
      float[] value = values[shared[b] & 0xff];
      for (int end = i + Math.min(rowEnd - i, blockCols); i < end; i++) {
        w[shift + i] = value[codes[i] & 0xff];
      }
    }
  }

  /** The value of every code, for each shared exponent that occurs. */
  private float[][] values() {
    float[][] values = new float[1 << format.sharedBits()][];
    if (shared.length == 0) {
      values[0] = values(0);
    }
    for (byte s : shared) {
      if (values[s & 0xff] == null) {
        values[s & 0xff] = values(s & 0xff);
      }
    }
    return values;
  }

  private float[] values(int shared) {
    float[] values = new float[1 << format.width()];
    for (int code = 0; code < values.length; code++) {
      values[code] = format.decode(code, shared);
    }
    return values;
  }

  @Override
  public BitAccount bits() {
    return BlockFormatStorage.bits(this);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.blockFormat(this);
  }

  @Override
  public void write(PackedWriter out) {
    BlockFormatStorage.write(this, out);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof BlockFormatLinear b
        && b.rows == rows
        && b.cols == cols
        && b.format.equals(format)
        && b.blockRows == blockRows
        && b.blockCols == blockCols
        && b.kept.equals(kept)
        && Arrays.equals(b.shared, shared)
        && Arrays.equals(b.codes, codes);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hash(rows, cols, format, blockRows, blockCols, kept)
        + Arrays.hashCode(codes);
  }

  @Override
  public String toString() {
    return "BlockFormatLinear[" + rows + ", " + cols + ", " + format + "]";
  }
}
