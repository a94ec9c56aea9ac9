package dev.pbq.core.packed;

import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;

/** How a {@link BlockFormatLinear} is stored; {@code docs/format.md} is the specification. */
final class BlockFormatStorage {
  static final String FAMILY = "block-format";
  static final int VERSION = 1;

  private BlockFormatStorage() {}

  static void write(BlockFormatLinear linear, PackedWriter out) {
    NumberFormat format = linear.format();
    int rows = linear.rows();
    int cols = linear.cols();
    Parts.putShape(out, VERSION, linear);
    out.attribute("format", format.id());
    out.attribute("bits", format.width());
    format.match(FormatParameters.INSTANCE).forEach(out::attribute);
    if (format.sharedBits() > 0) {
      out.attribute("block_rows", linear.blockRows());
      out.attribute("block_cols", linear.blockCols());
    }
    out.attribute("kept", linear.kept().count());
    int rowBytes = (int) BitPacking.bytes(cols, format.width());
    byte[] packed = BitPacking.packRows(linear.codes(), rows, cols, format.width());
    out.tensor("codes", DType.U8, new long[] {rows, rowBytes}, packed);
    if (format.sharedBits() > 0) {
      int blocks = linear.blocks();
      byte[] shared = new byte[(int) BitPacking.bytes(blocks, format.sharedBits())];
      BitPacking.pack(linear.shared(), 0, blocks, format.sharedBits(), shared, 0);
      Parts.putBytes(out, "shared", shared);
    }
    if (linear.kept().count() > 0) {
      putKept(linear.kept(), out);
    }
  }

  private static void putKept(KeptWeights kept, PackedWriter out) {
    int n = kept.count();
    ByteBuffer index = ByteBuffer.allocate(4 * n).order(ByteOrder.LITTLE_ENDIAN);
    index.asIntBuffer().put(kept.index());
    out.tensor("kept_index", DType.I32, new long[] {n}, index.array());
    Parts.putFloats(out, "kept_value", ScaleDtype.F32, kept.value(), n);
  }

  static BitAccount bits(BlockFormatLinear linear) {
    NumberFormat format = linear.format();
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.put(BitKind.CODES, 8L * linear.rows() * BitPacking.bytes(linear.cols(), format.width()));
    bits.put(BitKind.SCALES, 8 * BitPacking.bytes(linear.shared().length, format.sharedBits()));
    bits.put(BitKind.RAW, 32L * linear.kept().count());
    bits.put(BitKind.OTHER, 32L * linear.kept().count());
    bits.values().removeIf(n -> n == 0);
    return new BitAccount(linear.codes().length, bits);
  }

  static BlockFormatLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Shape shape = in.shape(VERSION);
    int rows = shape.rows();
    int cols = shape.cols();
    NumberFormat format = format(in, in.integer("bits", 2, BlockFormatLinear.MAX_WIDTH));
    boolean blocked = format.sharedBits() > 0;
    int blockRows = blocked ? in.integer("block_rows", 1, rows) : 1;
    int blockCols = blocked ? in.integer("block_cols", 1, cols) : cols;
    byte[] codes = in.codeRows("codes", rows, cols, format.width());
    byte[] shared = new byte[0];
    if (blocked) {
      int blocks = Shapes.groups(rows, blockRows) * Shapes.groups(cols, blockCols);
      byte[] stream = in.codes("shared", blocks, format.sharedBits());
      shared = new byte[blocks];
      BitPacking.unpack(stream, 0, 0, blocks, format.sharedBits(), shared, 0);
    }
    KeptWeights kept = kept(in, rows * cols);
    return new BlockFormatLinear(rows, cols, format, blockRows, blockCols, codes, shared, kept);
  }

  private static NumberFormat format(PartReader in, int bits) {
    String id = in.text("format");
    try {
      return switch (id) {
        case "integer" ->
            new FixedPoint(
                bits,
                in.integer(
                    FormatParameters.FRAC_WIDTH,
                    -NumberFormat.MAX_FRAC_WIDTH,
                    NumberFormat.MAX_FRAC_WIDTH),
                true);
        case "log" -> new Logarithm(bits, bias(in));
        case "minifloat_ieee" ->
            new MiniFloat(bits, exponent(in, FormatParameters.EXPONENT_WIDTH), bias(in));
        case "minifloat_denorm" ->
            new DenormFloat(bits, exponent(in, FormatParameters.EXPONENT_WIDTH), bias(in));
        case "block_fp" ->
            new BlockFloat(bits, exponent(in, FormatParameters.EXPONENT_WIDTH), bias(in));
        case "block_minifloat" ->
            new BlockMiniFloat(
                bits,
                exponent(in, FormatParameters.EXPONENT_WIDTH),
                exponent(in, FormatParameters.EXPONENT_BIAS_WIDTH));
        case "block_log" ->
            new BlockLogarithm(bits, exponent(in, FormatParameters.EXPONENT_BIAS_WIDTH));
        default -> throw in.bad("format", "unknown number format '" + id + "'");
      };
    } catch (IllegalArgumentException e) {
      throw in.bad("format", e.getMessage());
    }
  }

  private static int exponent(PartReader in, String key) {
    return in.integer(key, 1, NumberFormat.MAX_EXPONENT_WIDTH);
  }

  private static int bias(PartReader in) {
    return in.integer(
        FormatParameters.EXPONENT_BIAS, -NumberFormat.MAX_BIAS, NumberFormat.MAX_BIAS);
  }

  private static KeptWeights kept(PartReader in, int weights) {
    int n = in.integer("kept", 0, weights);
    if (n == 0) {
      return KeptWeights.NONE;
    }
    byte[] bytes = in.tensor("kept_index", DType.I32, n);
    float[] values = in.floats("kept_value", ScaleDtype.F32, n);
    int[] index = new int[n];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(index);
    for (int i = 0; i < n; i++) {
      if (index[i] < 0 || index[i] >= weights || (i > 0 && index[i] <= index[i - 1])) {
        throw in.bad("kept_index", "entry " + i + ", " + index[i] + ", is out of order");
      }
    }
    return new KeptWeights(index, values);
  }
}
