package dev.pbq.arb;

import dev.pbq.arb.choice.Division;
import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.InverseFactor;
import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.BlockScales;
import dev.pbq.core.packed.GroupLayout;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.WorkingMemory;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The quantizer of BiLLM and ARB-LLM: turns a layer into planes of signs, bitmaps and scales. */
final class ArbQuantizer implements Quantizer {
  /** The share of salient columns that the papers report for most models; for estimates alone. */
  private static final double TYPICAL_SALIENT_SHARE = 0.09;

  private final ArbMethod method;
  private final ArbSettings settings;

  ArbQuantizer(ArbMethod method, ArbSettings settings) {
    this.method = method;
    this.settings = settings;
    if (method.byRowAndColumn() && settings.shareMeans() != GroupLayout.MeanSharing.EACH) {
      throw PbqException.setting("{shareMeans}: %s has no means", method.id());
    }
    if (!method.byRowAndColumn() && settings.shareColumns()) {
      throw PbqException.setting("{shareColumns}: %s has no column scales", method.id());
    }
    if (method == ArbMethod.BILLM && settings.eps() > 0) {
      throw PbqException.setting("{eps}: %s has no updates that divide", method.id());
    }
    if (method != ArbMethod.ARB_X && settings.epsX() > 0) {
      throw PbqException.setting("{epsX}: %s has no second phase", method.id());
    }
  }

  @Override
  public String name() {
    return method.id();
  }

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
    Shapes.requireStorable(layer, rows, cols);
  }

  @Override
  public double paperBits(int rows, int cols) {
    return 1 + (layout().salientClasses() > 0 ? TYPICAL_SALIENT_SHARE : 0);
  }

  @Override
  public long estimateStoredBits(int rows, int cols) {
    return BinaryGroupsLinear.estimateBits(
        layout(),
        rows,
        cols,
        Math.min(settings.blocksize(), cols),
        settings.scaleDtype(),
        settings.bitmaps(),
        TYPICAL_SALIENT_SHARE);
  }

  /** Codes; the factor, and the errors of all columns in float64. */
  @Override
  public WorkingMemory workingMemory(int rows, int cols) {
    long weights = (long) rows * cols;
    return new WorkingMemory(weights, 4L * cols * cols + 8 * weights);
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    FloatMatrix w = problem.weight();
    checkFits(problem.name(), w.rows(), w.cols());
    problem.requireFiniteWeight();
    Hessian hessian = problem.requireHessian();
    InverseFactor factor = hessian.inverseFactor(damping(), problem.name());
    Collector collector = new Collector(problem.name(), w.rows(), w.cols());
    boolean[] dead = new boolean[w.cols()];
    for (int c : factor.deadColumns()) {
      dead[c] = true;
    }
    double loss = sweep(problem.name(), w, dead, factor, hessian, collector);
    if (!Double.isFinite(loss)) {
      throw PbqException.numerical(
          Wording.of(
              "%s: compensation diverged (loss %s): try a larger {percdamp}",
              problem.name(), loss));
    }
    BinaryGroupsLinear linear = collector.linear();
    Map<String, Double> diagnostics = new LinkedHashMap<>();
    diagnostics.put("loss", loss);
    diagnostics.put("damping", factor.dampingShare());
    diagnostics.put("salient", linear.paperBits() - 1);
    return new Quantization(linear, diagnostics, OptionalDouble.of(linear.paperBits()));
  }

  private double sweep(
      String layer,
      FloatMatrix w,
      boolean[] dead,
      InverseFactor factor,
      Hessian hessian,
      Collector collector) {
    try {
      return new ArbLayer(method, settings)
          .run(
              w.rows(),
              (from, to) -> columns(w, dead, from, to),
              factor,
              hessian::block,
              collector);
    } catch (PbqException e) {
      // What a search or a fit cannot compute it reports without knowing the layer.
      if (e.kind() != PbqException.Kind.NUMERICAL || e.getMessage().startsWith(layer)) {
        throw e;
      }
      throw e.at(layer);
    }
  }

  private GroupLayout layout() {
    boolean columns =
        settings.division() == Division.BOTH || settings.division() == Division.COLUMNS;
    boolean groups = settings.division() == Division.BOTH || settings.division() == Division.GROUPS;
    int salient = columns ? (settings.cgb() ? settings.groups() : 1) : 0;
    int others = groups ? settings.groups() : 1;
    return method.byRowAndColumn()
        ? GroupLayout.rowColumns(salient, others, settings.shareColumns())
        : GroupLayout.rows(salient, others, settings.shareMeans());
  }

  private static DoubleMatrix columns(FloatMatrix w, boolean[] dead, int from, int to) {
    int width = to - from;
    double[] part = new double[Math.multiplyExact(w.rows(), width)];
    for (int r = 0; r < w.rows(); r++) {
      for (int c = 0; c < width; c++) {
        part[r * width + c] = dead[from + c] ? 0 : w.get(r, from + c);
      }
    }
    return new DoubleMatrix(w.rows(), width, part);
  }

  /** Rounds blocks to what is stored, and gathers them. */
  private final class Collector implements ArbLayer.Store {
    private final ScaleRounding rounding;
    private final int rows;
    private final int cols;
    private final byte[] codes;
    private final long[] salient;
    private final List<BlockScales> scales = new ArrayList<>();

    Collector(String layer, int rows, int cols) {
      this.rounding =
          new ScaleRounding(
              layer, settings.scaleDtype(), settings.shareMeans(), settings.shareColumns());
      this.rows = rows;
      this.cols = cols;
      this.codes = new byte[rows * cols];
      this.salient = new long[(cols + 63) / 64];
    }

    @Override
    public FittedBlock rounded(FittedBlock block) {
      ScaleRounding.Rounded rounded = rounding.round(block);
      scales.add(rounded.scales());
      return rounded.block();
    }

    @Override
    public DoubleMatrix keep(int from, BlockPlan.Result published, FittedBlock block) {
      int width = block.cols();
      for (int c = 0; c < width; c++) {
        if (block.salientColumns()[c]) {
          salient[(from + c) >>> 6] |= 1L << (from + c);
        }
      }
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < width; c++) {
          int i = r * width + c;
          int cls = block.groups().of()[i] - block.firstGroup(c);
          codes[r * cols + from + c] =
              (byte) (cls << 2 | block.signs().second()[i] << 1 | block.signs().first()[i]);
        }
      }
      DoubleMatrix values = block.values();
      double[] v = values.data();
      for (int i = 0; i < v.length; i++) {
        // What is read back is float32.
        v[i] = (float) v[i];
      }
      return values;
    }

    BinaryGroupsLinear linear() {
      return new BinaryGroupsLinear(
          rows,
          cols,
          Math.min(settings.blocksize(), cols),
          layout(),
          settings.scaleDtype(),
          settings.bitmaps(),
          salient,
          codes,
          scales);
    }
  }
}
