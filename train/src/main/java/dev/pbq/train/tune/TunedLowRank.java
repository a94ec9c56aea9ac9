package dev.pbq.train.tune;

import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.QuantizedLinear;
import java.util.List;

/**
 * A base with an adapter beside it: the base's scales and zero points are tuned; adapter and bias
 * stay.
 */
final class TunedLowRank extends TunedLinear {
  private final LowRankLinear start;
  private final TunedHqq base;

  TunedLowRank(String name, LowRankLinear start) {
    super(name, start);
    this.start = start;
    this.base = new TunedHqq(name, start.base());
  }

  @Override
  List<TunedVector> vectors() {
    return base.vectors();
  }

  @Override
  QuantizedLinear rebuild() {
    return new LowRankLinear(
        base.rebuild(), start.adapterDtype(), start.rank(), start.a(), start.b(), start.bias());
  }

  @Override
  void addDerivatives(float[] gradient) {
    base.addDerivatives(gradient);
  }
}
