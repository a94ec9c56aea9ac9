package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.SettingsReader;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.SalientBinaryLinear;
import dev.pbq.train.layer.SalientWeights;
import dev.pbq.train.layer.SignLinear;
import dev.pbq.train.layer.SignRule;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.student.Objective;
import java.nio.file.Path;
import java.util.Optional;

/**
 * PB-LLM's quantization-aware training ({@code pb-qat}; arXiv 2310.00034, section 3.3, and its
 * program): a fraction of the weights stays frozen in 8 bits, all others are binarized with one
 * scale for the matrix and trained by next-token cross entropy.
 */
public final class PbQat implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "pb-qat";

  /** The program warms up over 5 % of the steps. */
  private static final TrainingDefaults DEFAULTS =
      new TrainingDefaults(1e-4, 2, 4, 2048, 1000, steps -> (int) Math.ceil(0.05 * steps));

  private final PbQatSettings settings;
  private final Optional<PackedCheckpoint> start;

  private PbQat(PbQatSettings settings, Optional<PackedCheckpoint> start) {
    this.settings = settings;
    this.start = start;
  }

  /**
   * The method with its settings; the caller closes it.
   *
   * @throws PbqException as opening the start throws
   */
  public static PbQat open(PbQatSettings settings) {
    return new PbQat(
        settings,
        Optional.ofNullable(settings.start())
            .map(dir -> PackedCheckpoint.open(ModelFolder.open(Path.of(dir)))));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ObjectNode settings() {
    return SettingsReader.write(settings);
  }

  @Override
  public TrainingDefaults defaults() {
    return DEFAULTS;
  }

  @Override
  public AdamW optimizer() {
    return new AdamW(0.9, 0.999, 1e-8, 0);
  }

  @Override
  public Objective objective() {
    return Objective.LANGUAGE_MODEL;
  }

  @Override
  public TrainableLinear linear(String linear, FloatMatrix weight) {
    ScaleDtype scaleDtype = settings.scaleDtype();
    if (settings.layer() != null) {
      return new SignLinear(linear, weight, settings.layer(), scaleDtype);
    }
    if (start.isEmpty()) {
      long[] mask = SalientWeights.largest(weight, settings.salientFrac());
      SalientWeights salient = SalientWeights.of(linear, weight, mask, scaleDtype);
      return new SalientBinaryLinear(linear, weight, salient, scaleDtype);
    }
    SalientSplitLinear split = split(linear, weight);
    FloatMatrix latent = latent(weight, split);
    SalientWeights salient = SalientWeights.of(linear, latent, split.salient(), scaleDtype);
    return new SalientBinaryLinear(linear, latent, salient, scaleDtype);
  }

  /**
   * Where the start's values and the original's sizes meet: salient weights are the start's; the
   * others have its signs, which its error compensation chose, with the original's magnitudes,
   * which say how easily a sign may change.
   */
  private static FloatMatrix latent(FloatMatrix weight, SalientSplitLinear split) {
    float[] used = split.dequantize().data();
    float[] latent = new float[used.length];
    long[] mask = split.salient();
    for (int i = 0; i < latent.length; i++) {
      boolean salient = (mask[i >>> 6] >>> i & 1) != 0;
      latent[i] = salient ? used[i] : Math.copySign(weight.data()[i], used[i]);
    }
    return new FloatMatrix(weight.rows(), weight.cols(), latent);
  }

  private SalientSplitLinear split(String linear, FloatMatrix weight) {
    QuantizedLinear packed = start.orElseThrow().packed(linear);
    if (!(packed instanceof SalientSplitLinear split)) {
      throw PbqException.setting(
          "{start} %s: %s is stored as %s, which marks no salient weights: a result of xnor, sign,"
              + " no, 2bit or 4bit is needed",
          settings.start(), linear, packed.family());
    }
    if (split.rows() != weight.rows() || split.cols() != weight.cols()) {
      throw PbqException.setting(
          "{start} %s: %s is [%s, %s], the model's is [%s, %s]",
          settings.start(), linear, split.rows(), split.cols(), weight.rows(), weight.cols());
    }
    return split;
  }

  /** The program trains the biases of what it replaces; Bi-Real's layer uses none. */
  @Override
  public boolean trainsVector(String tensor, boolean ofLinear) {
    return ofLinear && (settings.layer() == null || !settings.layer().signsInput());
  }

  /**
   * The program's count: a bit for each weight, 16 for each salient one, 8 for each row and one.
   */
  @Override
  public double paperBits(int rows, int cols) {
    double salient = settings.layer() == null ? settings.salientFrac() : 0;
    double weights = (double) rows * cols;
    return paperBits(rows, cols, salient * weights);
  }

  @Override
  public double paperBits(QuantizedLinear packed) {
    double salient = packed instanceof SalientSplitLinear split ? split.salientCount() : 0;
    return paperBits(packed.rows(), packed.cols(), salient);
  }

  private static double paperBits(int rows, int cols, double salient) {
    return 1 + (16 * salient + 8.0 * (rows + 1)) / ((double) rows * cols);
  }

  /** A bit and a mark for each weight, 8 bits for each salient one, three scales for each row. */
  @Override
  public long estimateStoredBits(int rows, int cols) {
    double weights = (double) rows * cols;
    if (settings.layer() == SignRule.BIREAL) {
      return rows * (((long) cols + 7) / 8 * 8 + settings.scaleDtype().bits());
    }
    if (settings.layer() != null) {
      return (long) weights + settings.scaleDtype().bits() * (long) rows;
    }
    double share = settings.salientFrac();
    return (long) (weights * (2 - share + 8 * share))
        + rows * (2L * settings.scaleDtype().bits() + 8);
  }

  @Override
  public void close() {
    start.ifPresent(PackedCheckpoint::close);
  }
}
