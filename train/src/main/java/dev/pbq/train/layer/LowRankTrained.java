package dev.pbq.train.layer;

import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.RowDequantizable;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.train.optimizer.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * HQQ+'s layer: a frozen HQQ base, a trained adapter A B alpha/r, and a trained bias. A and B are
 * used as they are stored, the factor within A; gradients pass the rounding unchanged.
 */
public final class LowRankTrained implements TrainableLinear, Adapter {
  private final String name;
  private final HqqLinear base;
  private final AdapterSettings settings;
  private final Optional<ZeroTerm> zeroTerm;
  private final Parameter a;
  private final Parameter b;
  private final Optional<StoredVector> bias;

  /**
   * A layer with given values, which are not copied.
   *
   * @param name of the linear
   * @param base what stays
   * @param a A [cols, rank] before the factor
   * @param b B [rank, rows]
   * @param bias [rows]; empty where the layer trains none
   * @throws dev.pbq.core.PbqException USAGE naming the layer if its zero points cannot be merged
   */
  public LowRankTrained(
      String name,
      HqqLinear base,
      AdapterSettings settings,
      float[] a,
      float[] b,
      Optional<float[]> bias) {
    this.name = name;
    this.settings = settings;
    this.zeroTerm =
        settings.mergeZero()
            ? Optional.of(ZeroTerm.of(name, base, settings.dtype()))
            : Optional.empty();
    this.base = settings.mergeZero() ? ZeroTerm.without(base) : base;
    this.a = Parameter.of(name + ".adapter_a", a, true);
    this.b = Parameter.of(name + ".adapter_b", b, true);
    this.bias =
        bias.map(
            values ->
                new StoredVector(
                    Parameter.of(name + ".bias", values, false), settings.dtype().dtype()));
  }

  /**
   * The start: A uniform within the settings' bound, B zero.
   *
   * @param seed of A, together with the name
   */
  public static LowRankTrained start(
      String name, HqqLinear base, AdapterSettings settings, Optional<float[]> bias, long seed) {
    SplittableRandom random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + name.hashCode());
    float[] a = new float[base.cols() * settings.rank()];
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) ((2 * random.nextDouble() - 1) * settings.bound());
    }
    float[] b = new float[settings.rank() * base.rows()];
    return new LowRankTrained(name, base, settings, a, b, bias);
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(List.of(a, b));
    bias.ifPresent(vector -> all.add(vector.parameter()));
    return all;
  }

  @Override
  public LinearForm form() {
    return bias.isPresent() ? LinearForm.WITH_BIAS : LinearForm.PLAIN;
  }

  @Override
  public Optional<Adapter> adapter() {
    return Optional.of(this);
  }

  @Override
  public Optional<StoredVector> ownBias() {
    return bias;
  }

  @Override
  public int rank() {
    return settings.rank();
  }

  @Override
  public double dropout() {
    return settings.dropout();
  }

  @Override
  public void useBase(float[] weight) {
    Optional<LowRankLinear> merged =
        zeroTerm.map(
            z -> new LowRankLinear(base, settings.dtype(), 1, z.a(), z.b(), Optional.empty()));
    RowDequantizable frozen = merged.isPresent() ? merged.get() : base;
    frozen.rowValues().read(0, base.rows(), weight, 0);
  }

  @Override
  public void use(float[] usedA, float[] usedB) {
    ScaleDtype dtype = settings.dtype();
    for (int i = 0; i < usedA.length; i++) {
      usedA[i] = dtype.store((float) (settings.factor() * a.values()[i]), name, "entry of A");
    }
    for (int i = 0; i < usedB.length; i++) {
      usedB[i] = dtype.store(b.values()[i], name, "entry of B");
    }
  }

  @Override
  public void propagate(float[] gradientA, float[] gradientB) {
    for (int i = 0; i < gradientA.length; i++) {
      a.gradient()[i] = (float) (settings.factor() * gradientA[i]);
    }
    System.arraycopy(gradientB, 0, b.gradient(), 0, gradientB.length);
  }

  @Override
  public void use(float[] weight) {
    layer().rowValues().read(0, base.rows(), weight, 0);
  }

  /** Without dropout; for callers that have no gradients of A and B. */
  @Override
  public void propagate(float[] gradient) {
    int rank = settings.rank();
    int rows = base.rows();
    int cols = base.cols();
    float[] usedA = new float[a.values().length];
    float[] usedB = new float[b.values().length];
    use(usedA, usedB);
    double[] toA = new double[usedA.length];
    double[] toB = new double[usedB.length];
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        double d = gradient[i];
        for (int k = 0; k < rank; k++) {
          toA[c * rank + k] += d * usedB[k * rows + r];
          toB[k * rows + r] += d * usedA[c * rank + k];
        }
      }
    }
    propagate(floats(toA), floats(toB));
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  @Override
  public QuantizedLinear pack() {
    return layer();
  }

  private LowRankLinear layer() {
    float[] usedA = new float[a.values().length];
    float[] usedB = new float[b.values().length];
    use(usedA, usedB);
    return new LowRankLinear(
        base,
        settings.dtype(),
        settings.rank() + (zeroTerm.isPresent() ? 1 : 0),
        zeroTerm.map(z -> withColumn(usedA, z.a())).orElse(usedA),
        zeroTerm.map(z -> joined(usedB, z.b())).orElse(usedB),
        bias.map(this::used));
  }

  private float[] withColumn(float[] matrix, float[] column) {
    int rank = settings.rank();
    float[] wider = new float[matrix.length + column.length];
    for (int c = 0; c < column.length; c++) {
      System.arraycopy(matrix, c * rank, wider, c * (rank + 1), rank);
      wider[c * (rank + 1) + rank] = column[c];
    }
    return wider;
  }

  private static float[] joined(float[] first, float[] second) {
    float[] all = new float[first.length + second.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private float[] used(StoredVector vector) {
    float[] values = new float[base.rows()];
    for (int i = 0; i < values.length; i++) {
      float exact = vector.parameter().values()[i];
      values[i] = settings.dtype().requireStored(vector.used(i), exact, name, "bias");
    }
    return values;
  }
}
