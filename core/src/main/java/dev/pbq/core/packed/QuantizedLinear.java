package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;

/**
 * A linear layer's weight as it is stored, one implementation for each storage family. Immutable;
 * equality is equality of everything stored.
 */
public sealed interface QuantizedLinear
    permits BinaryGroupsLinear,
        SalientSplitLinear,
        UniformLinear,
        BlockFormatLinear,
        HqqLinear,
        OneBitLinear,
        BiRealLinear,
        LowRankLinear,
        EntropyCodedLinear {
  /** The family's name in the packed descriptor, e.g. {@code salient-split}. */
  String family();

  int rows();

  int cols();

  /** The weights [rows, cols], exactly what evaluation and inference use; a fresh matrix. */
  FloatMatrix dequantize();

  /**
   * What the layer computes from its weight. Where it is no linear map, {@link #dequantize} alone
   * does not say that.
   */
  default LinearForm form() {
    return LinearForm.PLAIN;
  }

  /** Every stored bit by kind; equals eight times the bytes that {@link #write} produces. */
  BitAccount bits();

  /** Writes all parts and attributes; {@link PackedLinears#read} gives back an equal object. */
  void write(PackedWriter out);

  /**
   * The result of {@code cases} for this layer.
   *
   * @param cases one answer for each family, so that the compiler finds a family that is forgotten
   */
  <R> R match(Cases<R> cases);

  /** What differs from family to family: one method for each. */
  interface Cases<R> {
    /** For {@link UniformLinear}. */
    R uniform(UniformLinear linear);

    /** For {@link SalientSplitLinear}. */
    R salientSplit(SalientSplitLinear linear);

    /** For {@link BinaryGroupsLinear}. */
    R binaryGroups(BinaryGroupsLinear linear);

    /** For {@link BlockFormatLinear}. */
    R blockFormat(BlockFormatLinear linear);

    /** For {@link HqqLinear}. */
    R hqq(HqqLinear linear);

    /** For {@link OneBitLinear}. */
    R oneBit(OneBitLinear linear);

    /** For {@link BiRealLinear}. */
    R biReal(BiRealLinear linear);

    /** For {@link LowRankLinear}. */
    R lowRank(LowRankLinear linear);

    /** For {@link EntropyCodedLinear}. */
    R entropyCoded(EntropyCodedLinear linear);
  }
}
