package dev.pbq.train.tune;

import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * HQQ: w = (code - zero) scale. Scales and zero points that are stored as floats are tuned; those
 * that are quantized themselves stay.
 */
final class TunedHqq extends TunedLinear {
  private final HqqLinear start;
  private final float[] scales;
  private final float[] zeros;
  private final Optional<TunedVector> scale;
  private final Optional<TunedVector> zero;

  TunedHqq(String name, HqqLinear start) {
    super(name, start);
    this.start = start;
    this.scales = start.scale().values(start.compute());
    this.zeros = start.zero().values(start.compute());
    this.scale =
        start.scale() instanceof HqqParameters.Plain p
            ? Optional.of(TunedVector.scales(name + ".scale", p.values()))
            : Optional.empty();
    this.zero =
        start.zero() instanceof HqqParameters.Plain p
            ? Optional.of(TunedVector.offsets(name + ".zero", p.values(), ones(p.count())))
            : Optional.empty();
  }

  private static float[] ones(int count) {
    float[] units = new float[count];
    Arrays.fill(units, 1);
    return units;
  }

  @Override
  List<TunedVector> vectors() {
    List<TunedVector> all = new ArrayList<>();
    scale.ifPresent(all::add);
    zero.ifPresent(all::add);
    return all;
  }

  @Override
  HqqLinear rebuild() {
    return new HqqLinear(
        start.rows(),
        start.cols(),
        start.groups(),
        start.maxCode(),
        start.scaleDtype(),
        start.compute(),
        start.codes(),
        parameters(scale, start.scale()),
        parameters(zero, start.zero()));
  }

  private HqqParameters parameters(Optional<TunedVector> tuned, HqqParameters kept) {
    return tuned.isPresent()
        ? new HqqParameters.Plain(stored(tuned.get(), start.scaleDtype()))
        : kept;
  }

  @Override
  void addDerivatives(float[] gradient) {
    for (int i = 0; i < gradient.length; i++) {
      int g = start.groups().of(i, gradient.length);
      double s = scale.isPresent() ? scale.get().value(g) : scales[g];
      double z = zero.isPresent() ? zero.get().value(g) : zeros[g];
      double d = gradient[i];
      int code = start.codes()[i] & 0xff;
      scale.ifPresent(v -> v.add(g, d * (code - z)));
      zero.ifPresent(v -> v.add(g, -d * s));
    }
  }
}
