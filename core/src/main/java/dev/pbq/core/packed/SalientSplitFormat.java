package dev.pbq.core.packed;

import java.util.EnumMap;
import java.util.Map;

/** How a {@link SalientSplitLinear} is stored; {@code docs/format.md} is the specification. */
final class SalientSplitFormat {
  static final String FAMILY = "salient-split";
  static final int VERSION = 1;

  private SalientSplitFormat() {}

  static void write(SalientSplitLinear linear, PackedWriter out) {
    int rows = linear.rows();
    ScaleDtype type = linear.scaleDtype();
    AffineGrid high = linear.high();
    LowPart low = linear.low();
    BitmapCodec.Encoded mask = linear.mask();
    Parts.putHeader(out, VERSION, linear, linear.groupSize(), Parts.id(type));
    out.attribute("mask", mask.coding().id());
    out.attribute("salient", linear.salientCount());
    out.attribute("high_bits", high.bits());
    out.attribute("low", low.kind());

    Parts.putBytes(out, "mask", mask.bytes());
    SplitCodes.Streams codes =
        SplitCodes.split(
            linear.codes(), linear.salient(), linear.salientCount(), low.codeBits(), high.bits());
    Parts.putBytes(out, "high_codes", codes.high());
    Parts.putFloats(out, "high_scale", type, high.scale(), rows);
    Parts.putZeros(out, "high_zero", high.zero(), rows);
    if (low.codeBits() > 0) {
      Parts.putBytes(out, "low_codes", codes.low());
    }
    int groups = linear.groups();
    low.codeGrid().ifPresent(grid -> out.attribute("low_bits", grid.bits()));
    for (LowPart.Parameters p : low.parameters()) {
      if (p.perGrid()) {
        Parts.putFloats(out, p.part(), type, p.values(), groups, rows);
      } else {
        Parts.putFloats(out, p.part(), type, p.values(), p.values().length);
      }
    }
    low.codeGrid().ifPresent(grid -> Parts.putZeros(out, "low_zero", grid.zero(), groups, rows));
  }

  static BitAccount bits(SalientSplitLinear linear) {
    ScaleDtype type = linear.scaleDtype();
    AffineGrid high = linear.high();
    LowPart low = linear.low();
    int weights = linear.codes().length;
    int lowCount = weights - linear.salientCount();
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.put(BitKind.BITMAP, 8L * linear.mask().bytes().length);
    bits.put(BitKind.SALIENT_CODES, 8 * BitPacking.bytes(linear.salientCount(), high.bits()));
    if (low.codeBits() > 0) {
      bits.put(Parts.kind(low.codeBits()), 8 * BitPacking.bytes(lowCount, low.codeBits()));
    }
    long scales = Parts.floatBits(type, high.scale());
    long zeros = Parts.zeroBits(high.zero());
    for (LowPart.Parameters p : low.parameters()) {
      long stored = Parts.floatBits(type, p.values());
      if (p.perGrid()) {
        scales += stored;
      } else {
        bits.put(BitKind.RAW, stored);
      }
    }
    zeros += low.codeGrid().map(grid -> Parts.zeroBits(grid.zero())).orElse(0L);
    bits.put(BitKind.SCALES, scales);
    bits.put(BitKind.ZERO_POINTS, zeros);
    bits.values().removeIf(n -> n == 0);
    return new BitAccount(weights, bits);
  }

  static SalientSplitLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Header header = in.header(VERSION);
    int rows = header.rows();
    int weights = header.weights();
    ScaleDtype type = in.scaleDtype();
    int salientCount = in.integer("salient", 0, weights);
    int lowCount = weights - salientCount;
    int highBits = in.integer("high_bits", 1, 8);

    // Nothing of the size of the layer is allocated before parts of matching size were seen.
    AffineGrid high =
        new AffineGrid(
            highBits, in.floats("high_scale", type, rows), in.zeros("high_zero", rows, rows));
    LowPart low = readLow(in, header, type, lowCount);
    byte[] lowCodes =
        low.codeBits() > 0 ? in.codes("low_codes", lowCount, low.codeBits()) : new byte[0];
    byte[] highCodes = in.codes("high_codes", salientCount, highBits);
    long[] salient =
        BitmapCodec.decode(
            BitmapCodec.coding(in, "mask"),
            in.bytes("mask"),
            rows,
            header.cols(),
            in.where("mask"));
    int marked = Bitmap.ones(salient, 0, weights);
    if (marked != salientCount) {
      throw in.bad("mask", marked + " salient weights are marked, not " + salientCount);
    }
    SplitCodes.Streams streams = new SplitCodes.Streams(lowCodes, highCodes);
    return new SalientSplitLinear(
        rows,
        header.cols(),
        header.groupSize(),
        type,
        salient,
        SplitCodes.merge(streams, salient, weights, low.codeBits(), highBits),
        high,
        low);
  }

  private static LowPart readLow(
      PartReader in, PartReader.Header header, ScaleDtype type, int lowCount) {
    int rows = header.rows();
    int groups = header.groups();
    String kind = in.text("low");
    return switch (kind) {
      case "binary" ->
          new LowPart.Binary(
              in.floats("low_mean", type, groups, rows),
              in.floats("low_scale", type, groups, rows));
      case "one-sided" -> new LowPart.OneSided(in.floats("low_level", type, groups, rows));
      case "uniform" -> {
        float[] scale = in.floats("low_scale", type, groups, rows);
        int[] zero = in.zeros("low_zero", scale.length, groups, rows);
        yield new LowPart.Uniform(new AffineGrid(in.integer("low_bits", 1, 8), scale, zero));
      }
      case "zero" -> new LowPart.Zero();
      case "verbatim" -> new LowPart.Verbatim(in.floats("low_values", type, lowCount));
      default -> throw in.bad("low", "unknown kind '" + kind + "'");
    };
  }
}
