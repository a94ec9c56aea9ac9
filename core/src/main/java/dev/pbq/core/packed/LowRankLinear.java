package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * Storage family of a quantized base with an adapter of low rank beside it ({@code low-rank};
 * HQQ+): W = base + (A B)^T. The product of the two is summed in float64 in the order of the rank,
 * rounded to float32 and added to the base's value. The layer may bring a bias of its own.
 */
public final class LowRankLinear implements QuantizedLinear, RowDequantizable {
  private final HqqLinear base;
  private final ScaleDtype adapterDtype;
  private final int rank;
  private final float[] a;
  private final float[] b;
  private final Optional<float[]> bias;

  /**
   * Takes ownership of the arrays.
   *
   * @param base [rows, cols]
   * @param adapterDtype how A, B and bias are stored; they must already be rounded to it
   * @param rank of the adapter: at least 1, at most one more than the smaller side of the base
   * @param a A [cols, rank]
   * @param b B [rank, rows]
   * @param bias [rows]; empty for the model's own, if it has one
   * @throws IllegalArgumentException if lengths do not fit the shape, or a number is not finite or
   *     not rounded to {@code adapterDtype}
   */
  public LowRankLinear(
      HqqLinear base,
      ScaleDtype adapterDtype,
      int rank,
      float[] a,
      float[] b,
      Optional<float[]> bias) {
    this.base = Objects.requireNonNull(base, "base");
    this.adapterDtype = Objects.requireNonNull(adapterDtype, "adapterDtype");
    this.rank = rank;
    this.a = a;
    this.b = b;
    this.bias = bias;
    if (rank < 1 || rank > mostRank(base.rows(), base.cols())) {
      throw new IllegalArgumentException("rank " + rank + " of " + base);
    }
    Shapes.requireStorable(adapterDtype, a, (long) base.cols() * rank, "entries of A");
    Shapes.requireStorable(adapterDtype, b, (long) base.rows() * rank, "entries of B");
    bias.ifPresent(v -> Shapes.requireStorable(adapterDtype, v, base.rows(), "biases"));
  }

  /** A full rank, and one for the zero points of a base that stores none. */
  static int mostRank(int rows, int cols) {
    return Math.min(rows, cols) + 1;
  }

  @Override
  public String family() {
    return LowRankFormat.FAMILY;
  }

  @Override
  public int rows() {
    return base.rows();
  }

  @Override
  public int cols() {
    return base.cols();
  }

  /** What the adapter is added to. */
  public HqqLinear base() {
    return base;
  }

  public ScaleDtype adapterDtype() {
    return adapterDtype;
  }

  public int rank() {
    return rank;
  }

  /** A [cols, rank]; not a copy, not to be changed. */
  public float[] a() {
    return a;
  }

  /** B [rank, rows]; not a copy, not to be changed. */
  public float[] b() {
    return b;
  }

  /** The layer's own bias [rows]; not a copy, not to be changed. */
  public Optional<float[]> bias() {
    return bias;
  }

  @Override
  public LinearForm form() {
    return bias.isPresent() ? LinearForm.WITH_BIAS : LinearForm.PLAIN;
  }

  @Override
  public FloatMatrix dequantize() {
    return RowTasks.dequantize(rows(), cols(), rowValues());
  }

  @Override
  public RowValues rowValues() {
    int rows = rows();
    int cols = cols();
    RowValues values = base.rowValues();
    double[] columns = new double[a.length];
    for (int c = 0; c < cols; c++) {
      for (int k = 0; k < rank; k++) {
        columns[k * cols + c] = a[c * rank + k];
      }
    }
    return (first, count, to, at) -> {
      values.read(first, count, to, at);
      double[] sum = new double[cols];
      for (int r = 0; r < count; r++) {
        Arrays.fill(sum, 0);
        for (int k = 0; k < rank; k++) {
          double factor = b[k * rows + first + r];
          for (int c = 0, i = k * cols; c < cols; c++, i++) {
            sum[c] += columns[i] * factor;
          }
        }
        int row = at + r * cols;
        for (int c = 0; c < cols; c++) {
          to[row + c] += (float) sum[c];
        }
      }
    };
  }

  @Override
  public BitAccount bits() {
    return LowRankFormat.bits(this);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.lowRank(this);
  }

  @Override
  public void write(PackedWriter out) {
    LowRankFormat.write(this, out);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof LowRankLinear l
        && l.base.equals(base)
        && l.adapterDtype == adapterDtype
        && l.rank == rank
        && Arrays.equals(l.a, a)
        && Arrays.equals(l.b, b)
        && Arrays.equals(l.bias.orElse(null), bias.orElse(null));
  }

  @Override
  public int hashCode() {
    return Objects.hash(base, rank, Arrays.hashCode(a), Arrays.hashCode(b));
  }

  @Override
  public String toString() {
    return "LowRankLinear[" + base + ", rank=" + rank + "]";
  }
}
