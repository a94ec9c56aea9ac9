package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;

/**
 * The encoder of each format.
 *
 * @param rules what is done where the reference departs from its own definition
 */
record Encoders(Rules rules) implements NumberFormat.Cases<Encoder> {
  @Override
  public Encoder fixedPoint(FixedPoint format) {
    return new FixedPointEncoder(format);
  }

  @Override
  public Encoder logarithm(Logarithm format) {
    return new LogarithmEncoder(format, rules);
  }

  @Override
  public Encoder miniFloat(MiniFloat format) {
    return new HiddenBitEncoder(format, rules);
  }

  @Override
  public Encoder denormFloat(DenormFloat format) {
    return new DenormEncoder(format, rules);
  }

  @Override
  public Encoder blockFloat(BlockFloat format) {
    return new BlockFloatEncoder(format, rules);
  }

  @Override
  public Encoder blockMiniFloat(BlockMiniFloat format) {
    return new HiddenBitEncoder(format, rules);
  }

  @Override
  public Encoder blockLogarithm(BlockLogarithm format) {
    return new LogarithmEncoder(format, rules);
  }
}
