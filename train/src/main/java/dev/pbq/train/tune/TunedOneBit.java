package dev.pbq.train.tune;

import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.QuantizedLinear;
import java.util.List;

/** OneBit: w = h_r g_c S_rc with tuned vectors. */
final class TunedOneBit extends TunedLinear {
  private final OneBitLinear start;
  private final TunedVector input;
  private final TunedVector output;

  TunedOneBit(String name, OneBitLinear start) {
    super(name, start);
    this.start = start;
    this.input = TunedVector.scales(name + ".input_factor", start.input());
    this.output = TunedVector.scales(name + ".weight_scale", start.output());
  }

  @Override
  List<TunedVector> vectors() {
    return List.of(input, output);
  }

  @Override
  QuantizedLinear rebuild() {
    return new OneBitLinear(
        start.rows(),
        start.cols(),
        start.scaleDtype(),
        start.negative(),
        stored(input, start.scaleDtype()),
        stored(output, start.scaleDtype()));
  }

  @Override
  void addDerivatives(float[] gradient) {
    for (int r = 0, i = 0; r < start.rows(); r++) {
      for (int c = 0; c < start.cols(); c++, i++) {
        double d = start.negative()[i] == 0 ? gradient[i] : -gradient[i];
        input.add(c, d * output.value(r));
        output.add(r, d * input.value(c));
      }
    }
  }
}
