package dev.pbq.kernels.family;

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

/** The form of every family's weights. */
public final class Forms implements QuantizedLinear.Cases<Form> {
  @Override
  public Form uniform(UniformLinear linear) {
    return GridForms.uniform(linear);
  }

  @Override
  public Form salientSplit(SalientSplitLinear linear) {
    return SalientSplitForm.of(linear);
  }

  @Override
  public Form binaryGroups(BinaryGroupsLinear linear) {
    return BinaryGroupsForm.of(linear);
  }

  @Override
  public Form blockFormat(BlockFormatLinear linear) {
    return BlockFormatForm.of(linear);
  }

  @Override
  public Form hqq(HqqLinear linear) {
    return GridForms.hqq(linear);
  }

  @Override
  public Form oneBit(OneBitLinear linear) {
    return GridForms.oneBit(linear);
  }

  @Override
  public Form biReal(BiRealLinear linear) {
    return GridForms.biReal(linear);
  }

  @Override
  public Form lowRank(LowRankLinear linear) {
    return new Form.Adapted(linear.base(), linear.rank(), linear.a(), linear.b());
  }

  @Override
  public Form entropyCoded(EntropyCodedLinear linear) {
    return EntropyCodedForm.of(linear);
  }
}
