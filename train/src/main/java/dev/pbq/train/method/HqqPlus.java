package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.QuantizedLinear;
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
 * @param base where the frozen layers come from
 */
public record HqqPlus(HqqPlusSettings adapters, HqqBase base) implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "hqq-plus";

  private static final int TERNARY = 2;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ObjectNode settings() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    base.describe(all);
    adapters.describe(all);
    return all;
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
    return LowRankTrained.start(original.name(), frozen, adapter, bias, adapters.seed());
  }

  @Override
  public void requireFits(Checkpoint original) {
    base.requireFits(original);
  }

  @Override
  public boolean trainsVectors() {
    return false;
  }

  /** The program's count: the width of the codes. */
  @Override
  public double paperBits(QuantizedLinear packed) {
    HqqLinear frozen = ((LowRankLinear) packed).base();
    return frozen.maxCode() == TERNARY ? 1.58 : frozen.codeBits();
  }
}
