package dev.pbq.export.gguf;

import dev.pbq.core.packed.BiRealLinear;
import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.UniformLinear;

/**
 * A description, in a few words, of how a packed layer's values are made, for the message that a
 * block of GGUF cannot hold them.
 */
final class FamilyWords implements QuantizedLinear.Cases<String> {
  private FamilyWords() {}

  static String of(QuantizedLinear linear) {
    return linear.match(new FamilyWords());
  }

  @Override
  public String uniform(UniformLinear u) {
    return u.grid().bits()
        + "-bit codes with zero points, groups of "
        + u.groupSize()
        + (u.columnGroup().isPresent() ? " in another order than the columns" : "")
        + (u.scaleDtype() == ScaleDtype.F32 ? ", scales in float32" : "");
  }

  @Override
  public String salientSplit(SalientSplitLinear s) {
    return "salient weights at "
        + s.high().bits()
        + " bits among "
        + (s.low() instanceof LowPart.Binary ? "two values around a mean" : "others");
  }

  @Override
  public String binaryGroups(BinaryGroupsLinear b) {
    return "signs with scales of " + b.layout().groups() + " groups that share rows and columns";
  }

  @Override
  public String hqq(HqqLinear h) {
    return "codes up to "
        + h.maxCode()
        + " with fractional zero points, groups of "
        + h.groups().size()
        + " along axis "
        + h.groups().axis();
  }

  @Override
  public String oneBit(OneBitLinear o) {
    return "signs with a vector on the inputs and one on the outputs, whose result is normalized";
  }

  @Override
  public String biReal(BiRealLinear b) {
    return "signs with a scale for each row, times the signs of the inputs";
  }

  @Override
  public String lowRank(LowRankLinear l) {
    return of(l.base()) + ", with an adapter of rank " + l.rank();
  }

  @Override
  public String entropyCoded(EntropyCodedLinear e) {
    return "codes of any size with a step for each column"
        + (e.trellis().quantizers() == 1 ? "" : " and two quantizers that alternate");
  }

  @Override
  public String blockFormat(BlockFormatLinear f) {
    return f.format().id()
        + " of "
        + f.format().width()
        + " bits in blocks of "
        + f.blockRows()
        + " x "
        + f.blockCols();
  }
}
