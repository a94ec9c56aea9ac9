package dev.pbq.train.tune;

import dev.pbq.core.packed.BiRealLinear;
import dev.pbq.core.packed.QuantizedLinear;
import java.util.List;

/** Bi-Real: w = alpha_r S_rc with tuned scales. */
final class TunedBiReal extends TunedLinear {
  private final BiRealLinear start;
  private final TunedVector scale;

  TunedBiReal(String name, BiRealLinear start) {
    super(name, start);
    this.start = start;
    this.scale = TunedVector.scales(name + ".scale", start.scale());
  }

  @Override
  List<TunedVector> vectors() {
    return List.of(scale);
  }

  @Override
  QuantizedLinear rebuild() {
    return new BiRealLinear(
        start.rows(),
        start.cols(),
        start.scaleDtype(),
        start.negative(),
        stored(scale, start.scaleDtype()));
  }

  @Override
  void addDerivatives(float[] gradient) {
    for (int r = 0, i = 0; r < start.rows(); r++) {
      for (int c = 0; c < start.cols(); c++, i++) {
        scale.add(r, start.negative()[i] == 0 ? gradient[i] : -gradient[i]);
      }
    }
  }
}
