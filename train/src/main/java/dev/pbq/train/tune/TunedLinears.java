package dev.pbq.train.tune;

import dev.pbq.core.packed.BiRealLinear;
import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.train.layer.TrainableLinear;
import java.util.Optional;

/** Makes packed layers tunable; empty where a layer has no numbers that can change by little. */
record TunedLinears(String name) implements QuantizedLinear.Cases<Optional<TrainableLinear>> {

  static Optional<TrainableLinear> of(String name, QuantizedLinear linear) {
    return linear.match(new TunedLinears(name)).filter(l -> !l.parameters().isEmpty());
  }

  @Override
  public Optional<TrainableLinear> uniform(UniformLinear linear) {
    return Optional.of(new TunedUniform(name, linear));
  }

  @Override
  public Optional<TrainableLinear> salientSplit(SalientSplitLinear linear) {
    return Optional.of(new TunedSalientSplit(name, linear));
  }

  @Override
  public Optional<TrainableLinear> binaryGroups(BinaryGroupsLinear linear) {
    return Optional.of(new TunedBinaryGroups(name, linear));
  }

  /** Scales are powers of two, or there are none. */
  @Override
  public Optional<TrainableLinear> blockFormat(BlockFormatLinear linear) {
    return Optional.empty();
  }

  @Override
  public Optional<TrainableLinear> hqq(HqqLinear linear) {
    return Optional.of(new TunedHqq(name, linear));
  }

  @Override
  public Optional<TrainableLinear> lowRank(LowRankLinear linear) {
    return Optional.of(new TunedLowRank(name, linear));
  }

  @Override
  public Optional<TrainableLinear> entropyCoded(EntropyCodedLinear linear) {
    return Optional.of(new TunedEntropyCoded(name, linear));
  }

  @Override
  public Optional<TrainableLinear> oneBit(OneBitLinear linear) {
    return Optional.of(new TunedOneBit(name, linear));
  }

  @Override
  public Optional<TrainableLinear> biReal(BiRealLinear linear) {
    return Optional.of(new TunedBiReal(name, linear));
  }
}
