package dev.pbq.core.packed;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * The storage family {@code entropy-coded}: integer codes of any size with a step for each column,
 * stored by an entropy coder. The values that codes stand for are those of a {@link Trellis}, which
 * runs down the rows of each column and starts again at every multiple of {@code segmentRows}; a
 * row may have a scale. A weight is {@code rowScale * (step * level)} in float32, or {@code step *
 * level} where rows have no scale.
 */
public final class EntropyCodedLinear implements QuantizedLinear, RowDequantizable {
  private final Trellis trellis;
  private final int segmentRows;
  private final Codes codes;
  private final ColumnSteps steps;
  private final Optional<float[]> rowScales;
  private final Coding coding;

  /** The codes as they are stored, made when they are first asked for. */
  private byte[] encoded;

  /**
   * Takes ownership of the array.
   *
   * @param trellis what codes stand for
   * @param segmentRows rows between two starts of the trellis, at least 1
   * @param codes [rows, cols]
   * @param steps one for each column
   * @param rowScales [rows], rounded to binary16; empty for none
   * @param coding how codes are stored
   * @throws IllegalArgumentException if lengths do not fit, or a scale is not finite or not rounded
   */
  public EntropyCodedLinear(
      Trellis trellis,
      int segmentRows,
      Codes codes,
      ColumnSteps steps,
      Optional<float[]> rowScales,
      Coding coding) {
    this.trellis = Objects.requireNonNull(trellis, "trellis");
    this.segmentRows = segmentRows;
    this.codes = codes;
    this.steps = steps;
    this.rowScales = rowScales;
    this.coding = Objects.requireNonNull(coding, "coding");
    if (segmentRows < 1) {
      throw new IllegalArgumentException("segments of " + segmentRows + " rows");
    }
    if (steps.count() != codes.cols()) {
      throw new IllegalArgumentException(steps.count() + " steps for " + codes);
    }
    rowScales.ifPresent(s -> Shapes.requireStorable(ScaleDtype.F16, s, codes.rows(), "row scales"));
  }

  /** The same without row scales, stored in the coding that suits the size. */
  public EntropyCodedLinear(Trellis trellis, int segmentRows, Codes codes, ColumnSteps steps) {
    this(
        trellis,
        segmentRows,
        codes,
        steps,
        Optional.empty(),
        Coding.suited(codes.rows(), codes.cols()));
  }

  @Override
  public String family() {
    return EntropyCodedFormat.FAMILY;
  }

  @Override
  public int rows() {
    return codes.rows();
  }

  @Override
  public int cols() {
    return codes.cols();
  }

  public Trellis trellis() {
    return trellis;
  }

  public int segmentRows() {
    return segmentRows;
  }

  public Codes codes() {
    return codes;
  }

  public ColumnSteps steps() {
    return steps;
  }

  /** The scales of the rows; not a copy, not to be changed. */
  public Optional<float[]> rowScales() {
    return rowScales;
  }

  public Coding coding() {
    return coding;
  }

  /** The same codes with other row scales, which are rounded to binary16. */
  public EntropyCodedLinear withRowScales(float[] scales) {
    return withScales(steps, Optional.of(scales));
  }

  /**
   * The same codes with other steps and row scales.
   *
   * @param steps one for each column
   * @param rowScales [rows], rounded to binary16; empty for none
   * @throws IllegalArgumentException as the constructor
   */
  public EntropyCodedLinear withScales(ColumnSteps steps, Optional<float[]> rowScales) {
    EntropyCodedLinear made =
        new EntropyCodedLinear(trellis, segmentRows, codes, steps, rowScales, coding);
    made.encoded = knownEncoding();
    return made;
  }

  /** What the codes stand for, in steps: the values of the layer with all steps 1. */
  public RowValues levels() {
    double[] ones = new double[cols()];
    Arrays.fill(ones, 1);
    return withScales(ColumnSteps.of(ones, ScaleFormat.F32), Optional.empty()).rowValues();
  }

  @Override
  public FloatMatrix dequantize() {
    return TrellisValues.of(this).matrix();
  }

  @Override
  public RowValues rowValues() {
    return TrellisValues.of(this);
  }

  /** The codes as stored, or null if nobody asked for them yet. */
  private synchronized byte[] knownEncoding() {
    return encoded;
  }

  /** The codes as stored; not a copy, not to be changed. */
  synchronized byte[] encoded() {
    if (encoded == null) {
      encoded = coding.coder().encode(codes, trellis, segmentRows);
    }
    return encoded;
  }

  @Override
  public BitAccount bits() {
    return EntropyCodedFormat.bits(this);
  }

  /** Bits that the layer takes in memory once it is read; {@link #bits} are those of the file. */
  public long residentBits() {
    return codes.residentBits() + 32L * codes.cols() + 32L * rowScales.map(s -> s.length).orElse(0);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.entropyCoded(this);
  }

  @Override
  public void write(PackedWriter out) {
    EntropyCodedFormat.write(this, out);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof EntropyCodedLinear b
        && b.trellis == trellis
        && b.segmentRows == segmentRows
        && b.coding == coding
        && b.codes.equals(codes)
        && b.steps.equals(steps)
        && Arrays.equals(b.rowScales.orElse(null), rowScales.orElse(null));
  }

  @Override
  public int hashCode() {
    return Objects.hash(trellis, segmentRows, coding, codes, steps);
  }

  @Override
  public String toString() {
    return "EntropyCodedLinear[" + rows() + ", " + cols() + "]";
  }
}
