package dev.pbq.core.packed;

import dev.pbq.core.packed.GroupLayout.Form;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import java.util.EnumMap;
import java.util.Map;

/** How a {@link BinaryGroupsLinear} is stored; {@code docs/format.md} is the specification. */
final class BinaryGroupsFormat {
  static final String FAMILY = "binary-groups";
  static final int VERSION = 1;

  private static final String EACH = "each";
  private static final String BLOCK = "block";

  private BinaryGroupsFormat() {}

  static void write(BinaryGroupsLinear linear, PackedWriter out) {
    GroupLayout layout = linear.layout();
    boolean coded = linear.bitmapCoding() == BitmapCoding.CODED;
    Parts.putHeader(out, VERSION, linear, linear.blockSize(), linear.scaleFormat().id());
    out.attribute("salient_classes", layout.salientClasses());
    out.attribute("other_classes", layout.otherClasses());
    out.attribute("scales", layout.form().id());
    switch (layout.form()) {
      case ROW -> out.attribute("means", layout.means().id());
      case ROW_COLUMN -> out.attribute("col_scales", layout.sharedColumns() ? BLOCK : EACH);
    }
    out.attribute("bitmaps", linear.bitmapCoding().id());
    if (layout.salientClasses() > 0) {
      out.attribute("salient_columns", linear.salientColumnCount());
    }

    linear
        .bitmaps()
        .forEach(
            (part, stored) -> {
              if (coded) {
                out.attribute(part, stored.coding().id());
              }
              Parts.putBytes(out, part, stored.bytes());
            });
    long[] first = CodePlanes.take(linear.codes(), 0);
    Parts.putBytes(out, "signs_1", Bitmap.toBytes(first, linear.codes().length));
    if (layout.salientClasses() > 0) {
      long[] second = CodePlanes.take(linear.codes(), 1);
      long[] salient = linear.sides().weights(linear.rows(), true);
      Parts.putBytes(out, "signs_2", Bitmap.gather(second, salient));
    }
    ScaleParts.write(linear, out);
  }

  static BitAccount bits(BinaryGroupsLinear linear) {
    GroupLayout layout = linear.layout();
    int salient = linear.salientColumnCount();
    long bitmaps = 0;
    for (BitmapCodec.Encoded stored : linear.bitmaps().values()) {
      bitmaps += 8L * stored.bytes().length;
    }
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.put(BitKind.SIGNS, signBits(linear.rows(), linear.cols(), salient));
    bits.put(BitKind.BITMAP, bitmaps);
    bits.put(
        BitKind.SCALES,
        ScaleParts.bits(
            layout, linear.scaleFormat(), linear.rows(), linear.cols(), linear.blocks(), salient));
    bits.values().removeIf(n -> n == 0);
    return new BitAccount(linear.codes().length, bits);
  }

  /** Bits of both planes of signs. */
  static long signBits(int rows, int cols, int salientColumns) {
    return 8
        * (BitPacking.bytes((long) rows * cols, 1)
            + BitPacking.bytes((long) rows * salientColumns, 1));
  }

  static BinaryGroupsLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Header header = in.header(VERSION);
    int rows = header.rows();
    int cols = header.cols();
    int weights = header.weights();
    ScaleFormat format = in.choice("scale_dtype", "type", ScaleFormat.values(), ScaleFormat::id);
    GroupLayout layout = readLayout(in);
    if (!ScaleParts.fit(layout, rows, cols, header.groupSize())) {
      throw in.bad("group_size", header.groupSize() + " gives more scales than a layer can hold");
    }
    BitmapCoding coding = in.choice("bitmaps", "coding", BitmapCoding.values(), BitmapCoding::id);
    int salientCount = layout.salientClasses() == 0 ? 0 : in.integer("salient_columns", 0, cols);

    // Nothing of the size of the layer is allocated before parts of matching size were seen.
    byte[] first = in.codes("signs_1", weights, 1);
    byte[] second =
        layout.salientClasses() == 0 ? new byte[0] : in.codes("signs_2", rows * salientCount, 1);
    long[] columns = GroupBitmaps.readColumns(in, layout, coding, cols);
    ColumnSides sides = new ColumnSides(columns, cols, header.groupSize());
    if (sides.salientCount() != salientCount) {
      throw in.bad(
          GroupBitmaps.COLUMNS,
          sides.salientCount() + " salient columns are marked, not " + salientCount);
    }
    byte[] codes = new byte[weights];
    CodePlanes.put(Bitmap.ofBytes(first, weights), 0, codes);
    if (salientCount > 0) {
      CodePlanes.put(Bitmap.scatter(second, sides.weights(rows, true)), 1, codes);
    }
    GroupBitmaps.readClasses(in, layout, coding, sides, codes);
    return new BinaryGroupsLinear(
        rows,
        cols,
        header.groupSize(),
        layout,
        format,
        coding,
        columns,
        codes,
        ScaleParts.read(in, layout, format, sides, rows));
  }

  private static GroupLayout readLayout(PartReader in) {
    int salientClasses = in.integer("salient_classes", 0, GroupLayout.MAX_CLASSES);
    int otherClasses = in.integer("other_classes", 1, GroupLayout.MAX_CLASSES);
    Form form = in.choice("scales", "form", Form.values(), Form::id);
    return switch (form) {
      case ROW ->
          GroupLayout.rows(
              salientClasses,
              otherClasses,
              in.choice("means", "sharing", MeanSharing.values(), MeanSharing::id));
      case ROW_COLUMN ->
          GroupLayout.rowColumns(
              salientClasses,
              otherClasses,
              in.choice("col_scales", "sharing", new String[] {EACH, BLOCK}, id -> id)
                  .equals(BLOCK));
    };
  }
}
