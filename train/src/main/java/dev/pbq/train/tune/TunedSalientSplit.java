package dev.pbq.train.tune;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * PB-LLM: the scales of the salient weights' grids, and scales, means or levels of the others, are
 * tuned; integer zero points and weights that are kept as they are stay.
 */
final class TunedSalientSplit extends TunedLinear {
  private final SalientSplitLinear start;
  private final TunedVector high;
  private final Optional<TunedVector> low;
  private final Optional<TunedVector> mean;

  TunedSalientSplit(String name, SalientSplitLinear start) {
    super(name, start);
    this.start = start;
    this.high = TunedVector.scales(name + ".high_scale", start.high().scale());
    LowPart part = start.low();
    if (part instanceof LowPart.Binary b) {
      low = Optional.of(TunedVector.scales(name + ".low_scale", b.scale()));
      mean = Optional.of(TunedVector.offsets(name + ".low_mean", b.mean(), b.scale()));
    } else if (part instanceof LowPart.OneSided o) {
      low = Optional.of(TunedVector.scales(name + ".low_level", o.level()));
      mean = Optional.empty();
    } else if (part instanceof LowPart.Uniform u) {
      low = Optional.of(TunedVector.scales(name + ".low_scale", u.grid().scale()));
      mean = Optional.empty();
    } else {
      low = Optional.empty();
      mean = Optional.empty();
    }
  }

  @Override
  List<TunedVector> vectors() {
    List<TunedVector> all = new ArrayList<>(List.of(high));
    low.ifPresent(all::add);
    mean.ifPresent(all::add);
    return all;
  }

  @Override
  QuantizedLinear rebuild() {
    AffineGrid grid = start.high();
    return new SalientSplitLinear(
        start.rows(),
        start.cols(),
        start.groupSize(),
        start.scaleDtype(),
        start.salient(),
        start.codes(),
        new AffineGrid(grid.bits(), stored(high, start.scaleDtype()), grid.zero()),
        rebuiltLow());
  }

  private LowPart rebuiltLow() {
    LowPart part = start.low();
    if (low.isEmpty()) {
      return part;
    }
    float[] scale = stored(low.get(), start.scaleDtype());
    if (part instanceof LowPart.Binary) {
      return new LowPart.Binary(stored(mean.orElseThrow(), start.scaleDtype()), scale);
    }
    if (part instanceof LowPart.Uniform u) {
      return new LowPart.Uniform(new AffineGrid(u.grid().bits(), scale, u.grid().zero()));
    }
    return new LowPart.OneSided(scale);
  }

  @Override
  void addDerivatives(float[] gradient) {
    int rows = start.rows();
    LowPart part = start.low();
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < start.cols(); c++, i++) {
        int code = start.codes()[i] & 0xff;
        double d = gradient[i];
        int p = c / start.groupSize() * rows + r;
        if (start.isSalient(r, c)) {
          high.add(r, d * (code - start.high().zero()[r]));
        } else if (part instanceof LowPart.Binary) {
          mean.orElseThrow().add(p, d);
          low.orElseThrow().add(p, code == 0 ? -d : d);
        } else if (part instanceof LowPart.Uniform u) {
          low.orElseThrow().add(p, d * (code - u.grid().zero()[p]));
        } else if (part instanceof LowPart.OneSided) {
          low.orElseThrow().add(p, d * code);
        }
      }
    }
  }
}
