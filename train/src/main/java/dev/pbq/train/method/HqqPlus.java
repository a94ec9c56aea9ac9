package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.SettingsReader;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.AdapterSettings;
import dev.pbq.train.layer.LowRankTrained;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.student.Objective;
import java.nio.file.Path;
import java.util.Optional;

/**
 * HQQ+ ({@code hqq-plus}; "Towards 1-bit Machine Learning Models", Mobius Labs, 2024, and the
 * example in HQQ's repository): layers of HQQ stay frozen, and beside each an adapter of low rank
 * and a bias are trained.
 */
public final class HqqPlus implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "hqq-plus";

  private static final TrainingDefaults DEFAULTS =
      new TrainingDefaults(1e-5, 1, 1, 1024, 1000, steps -> 0);

  private static final int TERNARY = 2;

  private final HqqPlusSettings options;
  private final HqqBase base;
  private final Optional<PackedCheckpoint> start;

  private HqqPlus(HqqPlusSettings options, HqqBase base, Optional<PackedCheckpoint> start) {
    this.options = options;
    this.base = base;
    this.start = start;
  }

  /**
   * The method with its settings; the caller closes it.
   *
   * @throws PbqException as opening the start throws; USAGE for codes that method hqq does not make
   */
  public static HqqPlus open(HqqPlusSettings options) {
    if (options.start() == null) {
      Quantizer quantizer = Methods.load().configure("hqq", options.codes()).quantizer();
      return new HqqPlus(options, new QuantizedBase(quantizer), Optional.empty());
    }
    PackedCheckpoint start = PackedCheckpoint.open(ModelFolder.open(Path.of(options.start())));
    return new HqqPlus(options, new PackedBase(start, options.start()), Optional.of(start));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ObjectNode settings() {
    return SettingsReader.write(options);
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
    return options.loss().objective();
  }

  /** As the other, for a linear of an MLP without a bias. */
  @Override
  public TrainableLinear linear(String linear, FloatMatrix weight) {
    return linear(new OriginalLinear(linear, false, weight, Optional.empty(), 0));
  }

  @Override
  public TrainableLinear linear(OriginalLinear original) {
    AdapterSettings adapter = options.of(original);
    HqqLinear frozen = base.layer(original);
    Optional<float[]> bias =
        options.trainBias()
            ? Optional.of(original.bias().orElseGet(() -> new float[frozen.rows()]))
            : Optional.empty();
    return LowRankTrained.start(original.name(), frozen, adapter, bias, original.seed());
  }

  @Override
  public void requireFits(Checkpoint original) {
    base.requireFits(original);
  }

  /** Biases train as part of their layers. */
  @Override
  public boolean trainsVector(String tensor, boolean ofLinear) {
    return false;
  }

  @Override
  public double paperBits(int rows, int cols) {
    return base.paperBits(rows, cols);
  }

  /** The program's count: the width of the codes. */
  @Override
  public double paperBits(QuantizedLinear packed) {
    return width(((LowRankLinear) packed).base());
  }

  static double width(HqqLinear layer) {
    return layer.maxCode() == TERNARY ? 1.58 : layer.codeBits();
  }

  /** As if all adapters had the larger of the two ranks. */
  @Override
  public long estimateStoredBits(int rows, int cols) {
    long rank =
        Math.min(Math.max(options.attentionRank(), options.mlpRank()), Math.min(rows, cols));
    long numbers = rank * (rows + (long) cols) + (options.trainBias() ? rows : 0);
    return base.estimateStoredBits(rows, cols) + numbers * options.scaleDtype().bits();
  }

  @Override
  public void close() {
    start.ifPresent(PackedCheckpoint::close);
  }
}
