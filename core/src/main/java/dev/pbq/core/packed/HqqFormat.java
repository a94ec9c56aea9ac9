package dev.pbq.core.packed;

import dev.pbq.core.tensor.DType;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** How an {@link HqqLinear} is stored; {@code docs/format.md} is the specification. */
final class HqqFormat {
  static final String FAMILY = "hqq";
  static final int VERSION = 1;

  private HqqFormat() {}

  static void write(HqqLinear linear, PackedWriter out) {
    int rows = linear.rows();
    int cols = linear.cols();
    int bits = linear.codeBits();
    Parts.putHeader(out, VERSION, linear, linear.groups().size(), Parts.id(linear.scaleDtype()));
    out.attribute("axis", linear.groups().axis());
    out.attribute("max_code", linear.maxCode());
    out.attribute("compute_dtype", id(linear.compute()));
    int rowBytes = (int) BitPacking.bytes(cols, bits);
    byte[] packed = BitPacking.packRows(linear.codes(), rows, cols, bits);
    out.tensor("codes", DType.U8, new long[] {rows, rowBytes}, packed);
    linear.scale().write("scale", linear.scaleDtype(), out);
    linear.zero().write("zero", linear.scaleDtype(), out);
  }

  static BitAccount bits(HqqLinear linear) {
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.put(
        Parts.kind(linear.codeBits()),
        8L * linear.rows() * BitPacking.bytes(linear.cols(), linear.codeBits()));
    bits.put(BitKind.SCALES, linear.scale().storedBits(linear.scaleDtype()));
    long zeros = linear.zero().storedBits(linear.scaleDtype());
    if (zeros > 0) {
      bits.put(BitKind.ZERO_POINTS, zeros);
    }
    return new BitAccount(linear.codes().length, bits);
  }

  static HqqLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Header header = in.flatHeader(VERSION);
    ScaleDtype scaleDtype = in.scaleDtype();
    int weights = header.weights();
    FlatGroups groups = new FlatGroups(in.integer("axis", 0, 1), header.groupSize());
    if (!groups.divides(weights)) {
      throw in.bad("group_size", header.groupSize() + " does not divide " + weights + " weights");
    }
    int maxCode = in.integer("max_code", 1, 255);
    ComputeDtype compute = in.choice("compute_dtype", "type", ComputeDtype.values(), HqqFormat::id);
    int count = groups.count(weights);
    byte[] codes = codes(in, header, maxCode);
    HqqParameters scale = parameters(in, "scale", scaleDtype, count);
    HqqParameters zero = zeros(in, scaleDtype, count);
    return new HqqLinear(
        header.rows(), header.cols(), groups, maxCode, scaleDtype, compute, codes, scale, zero);
  }

  private static byte[] codes(PartReader in, PartReader.Header header, int maxCode) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(maxCode);
    byte[] codes = in.codeRows("codes", header.rows(), header.cols(), bits);
    int largest = HqqLinear.largest(codes);
    if (largest > maxCode) {
      throw in.bad("codes", "code " + largest + " is above " + maxCode);
    }
    return codes;
  }

  /** Zero points, or the attribute that there are none. */
  private static HqqParameters zeros(PartReader in, ScaleDtype type, int count) {
    if (in.has("zero") || in.has("zero_codes")) {
      return parameters(in, "zero", type, count);
    }
    in.integer("zero", 0, 0);
    return new HqqParameters.None(count);
  }

  private static HqqParameters parameters(PartReader in, String name, ScaleDtype type, int count) {
    if (!in.has(name + "_codes")) {
      return new HqqParameters.Plain(in.floats(name, type, count));
    }
    int groupSize = in.integer(name + "_group_size", 1, count);
    if (count % groupSize != 0) {
      throw in.bad(name + "_group_size", groupSize + " does not divide " + count);
    }
    int groups = count / groupSize;
    return new HqqParameters.Coded(
        groupSize,
        in.tensor(name + "_codes", DType.U8, count),
        in.floats(name + "_scale", ScaleDtype.F32, groups),
        in.floats(name + "_zero", ScaleDtype.F32, groups));
  }

  private static String id(ComputeDtype type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
