package dev.pbq.core.packed;

import dev.pbq.core.tensor.DType;
import java.util.EnumMap;
import java.util.Map;

/**
 * How a {@link OneBitLinear} is stored; {@code docs/format.md} is the specification. Bit order and
 * names of the vectors are those of the published program.
 */
final class OneBitFormat {
  static final String FAMILY = "onebit";
  static final int VERSION = 1;
  private static final String SIGNS = "signs";
  private static final String INPUT = "input_factor";
  private static final String OUTPUT = "weight_scale";

  private OneBitFormat() {}

  static void write(OneBitLinear linear, PackedWriter out) {
    int rows = linear.rows();
    int cols = linear.cols();
    ScaleDtype type = linear.scaleDtype();
    Parts.putShape(out, VERSION, linear);
    out.attribute("scale_dtype", Parts.id(type));
    byte[] packed = BitPacking.packRows(linear.negative(), rows, cols, 1);
    out.tensor(SIGNS, DType.U8, new long[] {rows, BitPacking.bytes(cols, 1)}, packed);
    Parts.putFloats(out, INPUT, type, linear.input(), cols);
    Parts.putFloats(out, OUTPUT, type, linear.output(), rows);
  }

  static BitAccount bits(OneBitLinear linear) {
    ScaleDtype type = linear.scaleDtype();
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.put(BitKind.SIGNS, 8L * linear.rows() * BitPacking.bytes(linear.cols(), 1));
    bits.put(
        BitKind.SCALES,
        Parts.floatBits(type, linear.input()) + Parts.floatBits(type, linear.output()));
    return new BitAccount(linear.negative().length, bits);
  }

  static OneBitLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Shape shape = in.shape(VERSION);
    ScaleDtype type = in.scaleDtype();
    float[] input = in.floats(INPUT, type, shape.cols());
    float[] output = in.floats(OUTPUT, type, shape.rows());
    byte[] negative = in.codeRows(SIGNS, shape.rows(), shape.cols(), 1);
    return new OneBitLinear(shape.rows(), shape.cols(), type, negative, input, output);
  }
}
