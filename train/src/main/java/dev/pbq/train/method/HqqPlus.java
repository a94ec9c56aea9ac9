package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.SettingsReader;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.AdapterSettings;
import dev.pbq.train.layer.LowRankTrained;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.student.Objective;
import java.util.Optional;

/**
 * HQQ+ ({@code hqq-plus}; "Towards 1-bit Machine Learning Models", Mobius Labs, 2024, and the
 * example in HQQ's repository): layers of HQQ stay frozen, and beside each an adapter of low rank
 * and a bias are trained.
 *
 * @param adapters how they are shaped and trained
 * @param base where the frozen layers come from; closed with this
 */
public record HqqPlus(HqqPlusSettings adapters, HqqBase base) implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "hqq-plus";

  private static final int TERNARY = 2;

  /** Those of the published example, whose two epochs are some 5600 steps. */
  private static final TrainingDefaults DEFAULTS =
      new TrainingDefaults(1e-5, 1, 1, 1024, 1000, steps -> 0);

  /**
   * The method with its settings; the caller closes it.
   *
   * @throws dev.pbq.core.PbqException USAGE for codes that hqq does not have; as opening the start
   *     throws
   */
  public static HqqPlus open(HqqPlusSettings settings) {
    return new HqqPlus(
        settings,
        settings.start() == null ? QuantizedBase.of(settings) : PackedBase.open(settings.start()));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ObjectNode settings() {
    return SettingsReader.write(adapters);
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
    return adapters.loss().objective();
  }

  /** As the other, for a linear of an MLP without a bias. */
  @Override
  public TrainableLinear linear(String linear, FloatMatrix weight) {
    return linear(new OriginalLinear(linear, false, weight, Optional.empty()));
  }

  @Override
  public TrainableLinear linear(OriginalLinear original) {
    AdapterSettings adapter = adapters.of(original);
    HqqLinear frozen = base.layer(original);
    Optional<float[]> bias =
        adapters.trainBias()
            ? Optional.of(original.bias().orElseGet(() -> new float[frozen.rows()]))
            : Optional.empty();
    return LowRankTrained.start(original.name(), frozen, adapter, bias, adapters.adapterSeed());
  }

  @Override
  public void requireFits(Checkpoint original) {
    base.requireFits(original);
  }

  @Override
  public boolean trainsVector(String tensor, boolean ofLinear) {
    return false;
  }

  /** The program's count: the width of the codes. */
  @Override
  public double paperBits(int rows, int cols) {
    return base.codeBits();
  }

  @Override
  public double paperBits(QuantizedLinear packed) {
    HqqLinear frozen = ((LowRankLinear) packed).base();
    return frozen.maxCode() == TERNARY ? 1.58 : frozen.codeBits();
  }

  /** With adapters of the larger rank. */
  @Override
  public long estimateStoredBits(int rows, int cols) {
    int rank = Math.max(adapters.attentionRank(), adapters.mlpRank());
    long numbers = (long) rank * (rows + cols) + (adapters.trainBias() ? rows : 0);
    return base.estimateStoredBits(rows, cols) + numbers * adapters.scaleDtype().bits();
  }

  @Override
  public void close() {
    base.close();
  }
}
