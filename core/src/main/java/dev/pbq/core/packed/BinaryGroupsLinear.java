package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Storage family of BiLLM and ARB-LLM ({@code binary-groups}): the layer is cut into blocks of
 * columns, some of which are salient; within a block each weight belongs to a group of its side,
 * salient or not, and is the group's scales with one sign, or two if salient ({@link GroupScales}).
 */
public final class BinaryGroupsLinear implements QuantizedLinear {
  /** The bit of a code that is 1 if B2 is +1. */
  private static final int SECOND_SIGN = 2;

  private final int rows;
  private final int cols;
  private final int blockSize;
  private final GroupLayout layout;
  private final ScaleFormat scaleFormat;
  private final BitmapCoding bitmapCoding;
  private final long[] salientColumns;
  private final ColumnSides sides;
  private final byte[] codes;
  private final List<BlockScales> scales;

  /** The coded bitmaps as stored; made when first asked for, always the same. */
  private volatile Map<String, BitmapCodec.Encoded> bitmaps;

  /**
   * Takes ownership of the arrays.
   *
   * @param blockSize columns per block, 1..cols; the last block may be shorter
   * @param scaleFormat how all scales are stored
   * @param bitmapCoding how columns and classes are stored
   * @param salientColumns bit {@code c % 64} of word {@code c / 64} is set where column {@code c}
   *     is salient; bits beyond the last column are 0
   * @param codes [rows * cols], row-major: bit 0 is set where B1 is +1; bit 1 where B2 is, in
   *     salient columns alone; bits 2 and 3 are the class among the weight's side
   * @param scales one entry per block
   * @throws IllegalArgumentException if lengths do not fit the shape, a code does not fit its side,
   *     a column is salient although there are no salient classes, or scales are not those that the
   *     layout calls for
   */
  public BinaryGroupsLinear(
      int rows,
      int cols,
      int blockSize,
      GroupLayout layout,
      ScaleFormat scaleFormat,
      BitmapCoding bitmapCoding,
      long[] salientColumns,
      byte[] codes,
      List<BlockScales> scales) {
    Shapes.require(rows, cols, blockSize, codes);
    this.rows = rows;
    this.cols = cols;
    this.blockSize = blockSize;
    this.layout = Objects.requireNonNull(layout, "layout");
    this.scaleFormat = Objects.requireNonNull(scaleFormat, "scaleFormat");
    this.bitmapCoding = Objects.requireNonNull(bitmapCoding, "bitmapCoding");
    this.salientColumns = salientColumns;
    this.codes = codes;
    this.scales = List.copyOf(scales);
    if (!ScaleParts.fit(layout, rows, cols, blockSize)) {
      throw new IllegalArgumentException("more scales than a layer can hold");
    }
    if (salientColumns.length != Bitmap.words(cols)) {
      throw new IllegalArgumentException(
          salientColumns.length + " words mark the salient ones of " + cols + " columns");
    }
    int last = salientColumns.length - 1;
    if (salientColumns[last] != Bitmap.word(salientColumns, last, 0, cols)) {
      throw new IllegalArgumentException("a salient column beyond the last one");
    }
    sides = new ColumnSides(salientColumns, cols, blockSize);
    if (layout.salientClasses() == 0 && sides.salientCount() > 0) {
      throw new IllegalArgumentException("a salient column, but no class of salient weights");
    }
    new ScaleCheck(layout, scaleFormat, sides, rows).require(this.scales);
    requireCodesFit();
  }

  @Override
  public String family() {
    return BinaryGroupsFormat.FAMILY;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  /** Columns per block. */
  public int blockSize() {
    return blockSize;
  }

  /** Blocks of columns; the last may be narrower. */
  public int blocks() {
    return sides.blocks();
  }

  public GroupLayout layout() {
    return layout;
  }

  public ScaleFormat scaleFormat() {
    return scaleFormat;
  }

  public BitmapCoding bitmapCoding() {
    return bitmapCoding;
  }

  public boolean isSalient(int col) {
    return sides.isSalient(col);
  }

  /** How many columns are salient. */
  public int salientColumnCount() {
    return sides.salientCount();
  }

  /** The bitmap of salient columns, as given to the constructor; not a copy, not to be changed. */
  public long[] salientColumns() {
    return salientColumns;
  }

  /** The codes [rows * cols], as given to the constructor; not a copy, not to be changed. */
  public byte[] codes() {
    return codes;
  }

  /** The scales of each block. */
  public List<BlockScales> scales() {
    return scales;
  }

  /** Which columns are salient, and where among their like. */
  ColumnSides sides() {
    return sides;
  }

  @Override
  public FloatMatrix dequantize() {
    return new FloatMatrix(rows, cols, BinaryGroupsValues.of(this));
  }

  @Override
  public BitAccount bits() {
    return BinaryGroupsFormat.bits(this);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.binaryGroups(this);
  }

  @Override
  public void write(PackedWriter out) {
    BinaryGroupsFormat.write(this, out);
  }

  /**
   * What the papers report as bits per weight (BiLLM's N_param): the signs alone, 1 + r.
   *
   * @param salientShare r, the share of columns that are salient
   */
  public static double paperBits(double salientShare) {
    return 1 + salientShare;
  }

  /** {@link #paperBits(double)} of this layer. */
  public double paperBits() {
    return paperBits((double) sides.salientCount() / cols);
  }

  /**
   * About how many bits a layer takes when stored. With {@link BitmapCoding#RAW} they are exactly
   * as many as will be stored if just that share of columns is salient; with {@link
   * BitmapCoding#CODED} an upper estimate, reached when all classes of a side are equally large and
   * their weights spread evenly.
   *
   * @param salientShare the share of columns that are salient, 0..1
   */
  public static long estimateBits(
      GroupLayout layout,
      int rows,
      int cols,
      int blockSize,
      ScaleFormat format,
      BitmapCoding coding,
      double salientShare) {
    int salient = layout.salientClasses() == 0 ? 0 : (int) Math.round(salientShare * cols);
    return BinaryGroupsFormat.signBits(rows, cols, salient)
        + GroupBitmaps.estimateBits(layout, rows, cols, salient, coding)
        + ScaleParts.bits(layout, format, rows, cols, Shapes.groups(cols, blockSize), salient);
  }

  /** The bitmaps as stored, by part. */
  Map<String, BitmapCodec.Encoded> bitmaps() {
    Map<String, BitmapCodec.Encoded> encoded = bitmaps;
    if (encoded == null) {
      encoded = GroupBitmaps.encode(this);
      if (bitmapCoding == BitmapCoding.CODED) {
        // Plain ones are quickly made, and large.
        bitmaps = encoded;
      }
    }
    return encoded;
  }

  private void requireCodesFit() {
    // 1 for what must not be, in a column that is not salient and in one that is.
    byte[] bad = new byte[512];
    for (int code = 0; code < 256; code++) {
      int classOfSide = code >> GroupBitmaps.CLASS_BIT;
      boolean fits = classOfSide < layout.otherClasses() && (code & SECOND_SIGN) == 0;
      bad[code] = (byte) (fits ? 0 : 1);
      bad[256 + code] = (byte) (classOfSide < layout.salientClasses() ? 0 : 1);
    }
    short[] table = new short[cols];
    for (int c = 0; c < cols; c++) {
      table[c] = (short) (sides.isSalient(c) ? 256 : 0);
    }
    int any = 0;
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        any |= bad[(codes[i] & 0xff) + table[c]];
      }
    }
    if (any != 0) {
      throw new IllegalArgumentException("a code of a class or sign that its column does not have");
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof BinaryGroupsLinear b
        && b.rows == rows
        && b.cols == cols
        && b.blockSize == blockSize
        && b.layout.equals(layout)
        && b.scaleFormat == scaleFormat
        && b.bitmapCoding == bitmapCoding
        && b.scales.equals(scales)
        && Arrays.equals(b.salientColumns, salientColumns)
        && Arrays.equals(b.codes, codes);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hash(rows, cols, blockSize, layout, scales)
        + Arrays.hashCode(salientColumns);
  }

  @Override
  public String toString() {
    return "BinaryGroupsLinear[" + rows + ", " + cols + ", groups=" + layout.groups() + "]";
  }
}
