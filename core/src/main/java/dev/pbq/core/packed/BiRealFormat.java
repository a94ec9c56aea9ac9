package dev.pbq.core.packed;

import dev.pbq.core.tensor.DType;
import java.util.EnumMap;
import java.util.Map;

/** How a {@link BiRealLinear} is stored; {@code docs/format.md} is the specification. */
final class BiRealFormat {
  static final String FAMILY = "bi-real";
  static final int VERSION = 1;
  private static final String SIGNS = "signs";
  private static final String SCALE = "scale";

  private BiRealFormat() {}

  static void write(BiRealLinear linear, PackedWriter out) {
    int rows = linear.rows();
    int cols = linear.cols();
    ScaleDtype type = linear.scaleDtype();
    Parts.putShape(out, VERSION, linear);
    out.attribute("scale_dtype", Parts.id(type));
    byte[] packed = BitPacking.packRows(linear.negative(), rows, cols, 1);
    out.tensor(SIGNS, DType.U8, new long[] {rows, BitPacking.bytes(cols, 1)}, packed);
    Parts.putFloats(out, SCALE, type, linear.scale(), rows);
  }

  static BitAccount bits(BiRealLinear linear) {
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.put(BitKind.SIGNS, 8L * linear.rows() * BitPacking.bytes(linear.cols(), 1));
    bits.put(BitKind.SCALES, Parts.floatBits(linear.scaleDtype(), linear.scale()));
    return new BitAccount(linear.negative().length, bits);
  }

  static BiRealLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Shape shape = in.shape(VERSION);
    ScaleDtype type = in.scaleDtype();
    float[] scale = in.floats(SCALE, type, shape.rows());
    byte[] negative = in.codeRows(SIGNS, shape.rows(), shape.cols(), 1);
    return new BiRealLinear(shape.rows(), shape.cols(), type, negative, scale);
  }
}
