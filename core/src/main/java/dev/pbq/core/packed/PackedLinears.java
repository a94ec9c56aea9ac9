package dev.pbq.core.packed;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.LinearForm;

/** Reads quantized layers of every family. */
public final class PackedLinears {
  private PackedLinears() {}

  /**
   * What a layer computes from its weight; reads no part of it.
   *
   * @throws PbqException BAD_DATA if the layer has no family
   */
  public static LinearForm form(PackedReader in) {
    return switch (in.text("family")) {
      case OneBitFormat.FAMILY -> LinearForm.NORMALIZED;
      case BiRealFormat.FAMILY -> LinearForm.SIGNED;
      case LowRankFormat.FAMILY ->
          LowRankFormat.hasBias(in) ? LinearForm.WITH_BIAS : LinearForm.PLAIN;
      default -> LinearForm.PLAIN;
    };
  }

  /**
   * The shape [rows, cols] of a layer as its attributes say; reads no part of it, so that a shape
   * that does not fit the model can be refused before anything of that size is made.
   *
   * @throws PbqException BAD_DATA if it says none that a layer can have
   */
  public static long[] shape(PackedReader in) {
    PartReader.Shape shape = new PartReader(in).shape();
    return new long[] {shape.rows(), shape.cols()};
  }

  /**
   * Reads one layer, by its {@code family} attribute. Nothing that the reader gives is trusted, and
   * no more memory is taken than the sizes of the parts call for.
   *
   * @throws PbqException BAD_DATA naming the layer and part that is wrong
   */
  public static QuantizedLinear read(PackedReader in) {
    String family = in.text("family");
    return switch (family) {
      case BinaryGroupsFormat.FAMILY -> BinaryGroupsFormat.read(in);
      case SalientSplitFormat.FAMILY -> SalientSplitFormat.read(in);
      case UniformFormat.FAMILY -> UniformFormat.read(in);
      case BlockFormatStorage.FAMILY -> BlockFormatStorage.read(in);
      case HqqFormat.FAMILY -> HqqFormat.read(in);
      case OneBitFormat.FAMILY -> OneBitFormat.read(in);
      case BiRealFormat.FAMILY -> BiRealFormat.read(in);
      case LowRankFormat.FAMILY -> LowRankFormat.read(in);
      case EntropyCodedFormat.FAMILY -> EntropyCodedFormat.read(in);
      default ->
          throw new PartReader(in)
              .bad(
                  "family",
                  "unknown storage family '"
                      + family
                      + "'; this version reads "
                      + String.join(
                          ", ",
                          BinaryGroupsFormat.FAMILY,
                          SalientSplitFormat.FAMILY,
                          UniformFormat.FAMILY,
                          BlockFormatStorage.FAMILY,
                          HqqFormat.FAMILY,
                          OneBitFormat.FAMILY,
                          BiRealFormat.FAMILY,
                          LowRankFormat.FAMILY,
                          EntropyCodedFormat.FAMILY));
    };
  }
}
