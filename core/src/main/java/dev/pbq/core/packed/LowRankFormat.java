package dev.pbq.core.packed;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** How a {@link LowRankLinear} is stored; {@code docs/format.md} is the specification. */
final class LowRankFormat {
  static final String FAMILY = "low-rank";
  static final int VERSION = 1;
  private static final String DTYPE = "adapter_dtype";
  private static final String RANK = "rank";
  private static final String BIAS = "bias";
  private static final String OWN = "own";
  private static final String OF_MODEL = "model";
  private static final String A = "adapter_a";
  private static final String B = "adapter_b";

  private LowRankFormat() {}

  static void write(LowRankLinear linear, PackedWriter out) {
    int rank = linear.rank();
    ScaleDtype type = linear.adapterDtype();
    Parts.putShape(out, VERSION, linear);
    out.attribute(RANK, rank);
    out.attribute(DTYPE, Parts.id(type));
    out.attribute(BIAS, linear.bias().isPresent() ? OWN : OF_MODEL);
    linear.base().write(BaseParts.writer(out));
    Parts.putFloats(out, A, type, linear.a(), linear.cols(), rank);
    Parts.putFloats(out, B, type, linear.b(), rank, linear.rows());
    linear.bias().ifPresent(v -> Parts.putFloats(out, BIAS, type, v, linear.rows()));
  }

  static BitAccount bits(LowRankLinear linear) {
    ScaleDtype type = linear.adapterDtype();
    BitAccount base = linear.base().bits();
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.putAll(base.byKind());
    bits.put(
        BitKind.ADAPTERS,
        Parts.floatBits(type, linear.a())
            + Parts.floatBits(type, linear.b())
            + linear.bias().map(v -> Parts.floatBits(type, v)).orElse(0L));
    return new BitAccount(base.weights(), bits);
  }

  /** Whether a layer has a bias of its own; reads no part of it. */
  static boolean hasBias(PackedReader in) {
    return in.text(BIAS).equals(OWN);
  }

  static LowRankLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Shape shape = in.shape(VERSION);
    int rows = shape.rows();
    int cols = shape.cols();
    int rank = in.integer(RANK, 1, LowRankLinear.mostRank(rows, cols));
    ScaleDtype type = in.choice(DTYPE, "type", ScaleDtype.values(), Parts::id);
    boolean bias = in.choice(BIAS, "bias", new String[] {OWN, OF_MODEL}, word -> word).equals(OWN);
    if ((long) rank * Math.max(rows, cols) > Shapes.MAX_WEIGHTS) {
      throw in.bad(RANK, rank + " makes an adapter that is larger than one layer can hold");
    }
    float[] a = in.floats(A, type, cols, rank);
    float[] b = in.floats(B, type, rank, rows);
    Optional<float[]> own = bias ? Optional.of(in.floats(BIAS, type, rows)) : Optional.empty();
    PackedReader inner = BaseParts.reader(reader);
    String family = inner.text("family");
    if (!family.equals(HqqFormat.FAMILY)) {
      throw in.bad("base_family", "a base of family '" + family + "'; hqq is the only one");
    }
    return new LowRankLinear(HqqFormat.read(inner), type, rank, a, b, own);
  }
}
