package dev.pbq.gptqpb;

import dev.pbq.core.linalg.ColumnQuantizer;
import dev.pbq.core.linalg.ColumnSweep;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.InverseFactor;
import dev.pbq.core.linalg.SweepPlan;
import dev.pbq.core.linalg.SweepResult;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * GPTQ-PB, the post-training method of PB-LLM (arXiv 2310.00034, section 3.3), as its reference
 * program does it: salient weights on a per-row grid fitted to the whole original row, the others
 * as {@link LowCodec} says, masks and parameters fixed from the original weights, then GPTQ's error
 * compensation.
 */
final class PbLlmQuantizer implements Quantizer {
  private static final int TILE = 64;

  private final LowMethod method;
  private final PbLlmSettings settings;

  PbLlmQuantizer(LowMethod method, PbLlmSettings settings) {
    this.method = method;
    this.settings = settings;
  }

  @Override
  public String name() {
    return method.label();
  }

  /** The Hessian, even without compensation: dead columns are taken from it. */
  @Override
  public CalibrationNeed calibrationNeed() {
    return CalibrationNeed.HESSIAN;
  }

  @Override
  public Damping damping() {
    return Damping.of(settings.percdamp());
  }

  @Override
  public void checkFits(String layer, int rows, int cols) {
    ColumnGroups.requireFit(layer, rows, cols, settings.groupsize());
  }

  /**
   * The paper's section 3.4: r * N_low + N_s (1 - r) + 1, the 1 being the bitmap; N_low is 1 when
   * binarized (2.7 bits for 90 % at 8 bits), and 16 or 32 where low weights stay as they are.
   */
  @Override
  public double paperBits(int rows, int cols) {
    double r = settings.lowFrac();
    return r * lowBits() + settings.highBit() * (1 - r) + 1;
  }

  private int lowBits() {
    return method == LowMethod.NO ? 8 * settings.scaleDtype().dtype().bytes() : method.codeBits();
  }

  /**
   * Bitmap, codes, parameters and one byte of zero point per grid. The bitmap is taken to cost its
   * entropy, H(low fraction) per weight, which coding approaches, and falls below where salient
   * weights crowd in some columns. Ties at the threshold and padding are not foreseen.
   */
  @Override
  public long estimateStoredBits(int rows, int cols) {
    long weights = (long) rows * cols;
    long low = Math.min(weights, (long) (weights * settings.lowFrac()) + 1);
    double r = settings.lowFrac();
    double entropy = -(r * Math.log(r) + (1 - r) * Math.log(1 - r)) / Math.log(2);
    long bitmap = (long) Math.ceil(weights * entropy);
    int scaleBits = 8 * settings.scaleDtype().dtype().bytes();
    int perGroup =
        switch (method) {
          case XNOR -> 2 * scaleBits;
          case SIGN -> scaleBits;
          case TWO_BIT, FOUR_BIT -> scaleBits + 8;
          case NO, PRUNE -> 0;
        };
    long parameters =
        (long) rows * ColumnGroups.count(settings.groupsize(), cols) * perGroup
            + (long) rows * (scaleBits + 8);
    return bitmap + low * lowBits() + (weights - low) * settings.highBit() + parameters;
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    FloatMatrix w = problem.weight();
    String layer = problem.name();
    checkFits(layer, w.rows(), w.cols());
    problem.requireFiniteWeight();
    Hessian hessian = problem.requireHessian();
    boolean byHessian = settings.salientMetric() == SalientMetric.HESSIAN;
    Optional<InverseFactor> factor =
        settings.disableGptq() && !byHessian
            ? Optional.empty()
            : Optional.of(hessian.inverseFactor(damping(), layer));
    int[] dead = hessian.deadColumns();

    int width = ColumnGroups.width(settings.groupsize(), w.cols());
    int groups = ColumnGroups.count(settings.groupsize(), w.cols());
    SalientSelection selection =
        SalientSelection.of(
            w, dead, byHessian ? factor.orElseThrow().diagonal() : null, width, settings.lowFrac());
    MinMaxGrids high = new MinMaxGrids(layer, settings.highBit(), settings.scaleDtype(), w.rows());
    LowCodec low = LowCodecs.create(method, settings, layer, w.rows(), groups);
    fit(w, dead, selection, high, low, width);

    SweepPlan plan = SweepPlan.blocks(w.cols(), settings.blocksize());
    SweepResult result =
        ColumnSweep.run(
            w,
            dead,
            settings.disableGptq() ? Optional.empty() : factor,
            low.needsValues() ? plan.keepingValues() : plan,
            new SplitColumns(selection, high, low, width, w.rows()));
    SalientSplitLinear linear =
        new SalientSplitLinear(
            w.rows(),
            w.cols(),
            width,
            settings.scaleDtype(),
            selection.salientBits(),
            result.codes(),
            high.toGrid(),
            low.toPart(selection, result.values()));
    FiniteLoss.require(layer, result.loss());
    Map<String, Double> diagnostics = new LinkedHashMap<>();
    diagnostics.put("loss", result.loss());
    factor.ifPresent(f -> diagnostics.put("damping", f.dampingShare()));
    diagnostics.put("low_fraction", selection.lowCount() / ((double) w.rows() * w.cols()));
    return new Quantization(linear, diagnostics);
  }

  /** High grids from whole rows before dead columns are zeroed, low parameters after. */
  private static void fit(
      FloatMatrix w,
      int[] dead,
      SalientSelection selection,
      MinMaxGrids high,
      LowCodec low,
      int width) {
    Parallel.forEachRange(
        w.rows(),
        TILE,
        (first, end) -> {
          float[] row = new float[w.cols()];
          float[] masked = new float[width];
          for (int r = first; r < end; r++) {
            System.arraycopy(w.data(), r * w.cols(), row, 0, w.cols());
            fitHigh(high, r, row);
            for (int c : dead) {
              row[c] = 0f;
            }
            fitLow(selection, low, r, row, masked, w.rows());
          }
        });
    low.finish();
  }

  private static void fitHigh(MinMaxGrids high, int r, float[] row) {
    float min = 0f;
    float max = 0f;
    for (float v : row) {
      min = Math.min(min, v);
      max = Math.max(max, v);
    }
    high.fit(r, min, max);
  }

  private static void fitLow(
      SalientSelection selection, LowCodec low, int r, float[] row, float[] masked, int rows) {
    int width = masked.length;
    for (int from = 0; from < row.length; from += width) {
      int count = Math.min(width, row.length - from);
      int lowCount = 0;
      Arrays.fill(masked, 0f);
      for (int k = 0; k < count; k++) {
        if (!selection.isSalient(r, from + k)) {
          masked[k] = row[from + k];
          lowCount++;
        }
      }
      low.fit(from / width * rows + r, masked, count, lowCount);
    }
  }

  /** Low weights by the codec, salient ones on their row's grid. */
  private record SplitColumns(
      SalientSelection selection, MinMaxGrids high, LowCodec low, int width, int rows)
      implements ColumnQuantizer {
    @Override
    public void quantize(int column, int firstRow, int count, float[] w, float[] q, byte[] codes) {
      low.quantize(column / width * rows + firstRow, count, w, q, codes);
      for (int r = 0; r < count; r++) {
        if (selection.isSalient(firstRow + r, column)) {
          int code = high.code(firstRow + r, w[r]);
          codes[r] = (byte) code;
          q[r] = high.value(firstRow + r, code);
        }
      }
    }
  }
}
