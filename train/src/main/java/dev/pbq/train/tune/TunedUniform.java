package dev.pbq.train.tune;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.UniformLinear;
import java.util.List;

/** RTN and GPTQ: w = s (code - zero) with tuned scales; zero points are integers and stay. */
final class TunedUniform extends TunedLinear {
  private final UniformLinear start;
  private final TunedVector scale;

  TunedUniform(String name, UniformLinear start) {
    super(name, start);
    this.start = start;
    this.scale = TunedVector.scales(name + ".scale", start.grid().scale());
  }

  @Override
  List<TunedVector> vectors() {
    return List.of(scale);
  }

  @Override
  QuantizedLinear rebuild() {
    AffineGrid grid = start.grid();
    return new UniformLinear(
        start.rows(),
        start.cols(),
        start.groupSize(),
        start.scaleDtype(),
        start.codes(),
        new AffineGrid(grid.bits(), stored(scale, start.scaleDtype()), grid.zero()),
        start.columnGroup());
  }

  @Override
  void addDerivatives(float[] gradient) {
    int rows = start.rows();
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < start.cols(); c++, i++) {
        int group =
            start.columnGroup().isPresent() ? start.columnGroup().get()[c] : c / start.groupSize();
        int p = group * rows + r;
        int level = (start.codes()[i] & 0xff) - start.grid().zero()[p];
        scale.add(p, (double) gradient[i] * level);
      }
    }
  }
}
