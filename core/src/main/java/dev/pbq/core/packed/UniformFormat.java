package dev.pbq.core.packed;

import dev.pbq.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** How a {@link UniformLinear} is stored; {@code docs/format.md} is the specification. */
final class UniformFormat {
  static final String FAMILY = "uniform";
  static final int VERSION = 1;

  private UniformFormat() {}

  static void write(UniformLinear linear, PackedWriter out) {
    int rows = linear.rows();
    int cols = linear.cols();
    AffineGrid grid = linear.grid();
    Parts.putHeader(out, VERSION, linear, linear.groupSize(), Parts.id(linear.scaleDtype()));
    out.attribute("bits", grid.bits());
    int rowBytes = (int) BitPacking.bytes(cols, grid.bits());
    byte[] packed = BitPacking.packRows(linear.codes(), rows, cols, grid.bits());
    out.tensor("codes", DType.U8, new long[] {rows, rowBytes}, packed);
    Parts.putFloats(out, "scale", linear.scaleDtype(), grid.scale(), linear.groups(), rows);
    Parts.putZeros(out, "zero", grid.zero(), linear.groups(), rows);
    linear
        .columnGroup()
        .ifPresent(
            groups -> {
              ByteBuffer bytes = ByteBuffer.allocate(4 * cols).order(ByteOrder.LITTLE_ENDIAN);
              bytes.asIntBuffer().put(groups);
              out.tensor("g_idx", DType.I32, new long[] {cols}, bytes.array());
            });
  }

  static BitAccount bits(UniformLinear linear) {
    AffineGrid grid = linear.grid();
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.put(
        Parts.kind(grid.bits()), 8L * linear.rows() * BitPacking.bytes(linear.cols(), grid.bits()));
    bits.put(BitKind.SCALES, Parts.floatBits(linear.scaleDtype(), grid.scale()));
    bits.put(BitKind.ZERO_POINTS, Parts.zeroBits(grid.zero()));
    bits.put(BitKind.OTHER, linear.columnGroup().isPresent() ? 32L * linear.cols() : 0);
    bits.values().removeIf(n -> n == 0);
    return new BitAccount(linear.codes().length, bits);
  }

  static UniformLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Header header = in.header(VERSION);
    int rows = header.rows();
    int cols = header.cols();
    int groups = header.groups();
    ScaleDtype type = in.scaleDtype();
    int bits = in.integer("bits", 1, 8);
    byte[] codes = in.codeRows("codes", rows, cols, bits);
    float[] scale = in.floats("scale", type, groups, rows);
    int[] zero = in.zeros("zero", scale.length, groups, rows);
    Optional<int[]> columnGroup =
        in.has("g_idx") ? Optional.of(readColumnGroup(in, cols, groups)) : Optional.empty();
    return new UniformLinear(
        rows,
        cols,
        header.groupSize(),
        type,
        codes,
        new AffineGrid(bits, scale, zero),
        columnGroup);
  }

  private static int[] readColumnGroup(PartReader in, int cols, int groups) {
    int[] columnGroup = new int[cols];
    ByteBuffer.wrap(in.tensor("g_idx", DType.I32, cols))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .get(columnGroup);
    for (int c = 0; c < cols; c++) {
      if (columnGroup[c] < 0 || columnGroup[c] >= groups) {
        throw in.bad(
            "g_idx",
            "column " + c + " is in group " + columnGroup[c] + " of " + groups + " groups");
      }
    }
    return columnGroup;
  }
}
