package dev.pbq.core.packed;

import dev.pbq.core.packed.BitmapCodec.Coding;
import dev.pbq.core.packed.BitmapCodec.Encoded;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The bitmaps of a {@link BinaryGroupsLinear}: which columns are salient, and which weights are in
 * which class. Plain bitmaps hold the bits of the class, for all weights. Coded ones split one
 * class after the other from those that are left of a side: the first tells which weights are in
 * class 0, the next which of the others are in class 1, and so on.
 */
final class GroupBitmaps {
  /** The part that marks the salient columns. */
  static final String COLUMNS = "column_mask";

  /** Where in the codes the class begins. */
  static final int CLASS_BIT = 2;

  private GroupBitmaps() {}

  /** All bitmaps as stored, by part, in the order of writing. */
  static Map<String, Encoded> encode(BinaryGroupsLinear linear) {
    Map<String, Encoded> parts = new LinkedHashMap<>();
    GroupLayout layout = linear.layout();
    int cols = linear.cols();
    boolean raw = linear.bitmapCoding() == BitmapCoding.RAW;
    if (layout.salientClasses() > 0) {
      long[] columns = linear.salientColumns();
      parts.put(
          COLUMNS,
          raw
              ? new Encoded(Coding.RAW, Bitmap.toBytes(columns, cols))
              : BitmapCodec.encode(columns, 1, cols));
    }
    if (raw) {
      int weights = linear.codes().length;
      for (int bit = 0; bit < layout.classBits(); bit++) {
        long[] plane = CodePlanes.take(linear.codes(), CLASS_BIT + bit);
        parts.put(plane(bit), new Encoded(Coding.RAW, Bitmap.toBytes(plane, weights)));
      }
    } else if (layout.classBits() > 0) {
      long[] low = CodePlanes.take(linear.codes(), CLASS_BIT);
      long[] high = CodePlanes.take(linear.codes(), CLASS_BIT + 1);
      split(linear, true, low, high, parts);
      split(linear, false, low, high, parts);
    }
    return parts;
  }

  private static void split(
      BinaryGroupsLinear linear,
      boolean salient,
      long[] low,
      long[] high,
      Map<String, Encoded> parts) {
    int last = linear.layout().classes(salient) - 1;
    if (last <= 0) {
      return;
    }
    long[] left = linear.sides().weights(linear.rows(), salient);
    long[] members = new long[left.length];
    for (int k = 0; k < last; k++) {
      // What turns both bits to 1 where the class is k.
      long flipLow = (k & 1) - 1L;
      long flipHigh = (k >> 1) - 1L;
      for (int w = 0; w < left.length; w++) {
        members[w] = left[w] & (low[w] ^ flipLow) & (high[w] ^ flipHigh);
      }
      parts.put(map(salient, k), BitmapCodec.encode(members, left, linear.rows(), linear.cols()));
      for (int w = 0; w < left.length; w++) {
        left[w] ^= members[w];
      }
    }
  }

  /** The bitmap of salient columns. */
  static long[] readColumns(PartReader in, GroupLayout layout, BitmapCoding coding, int cols) {
    if (layout.salientClasses() == 0) {
      return new long[Bitmap.words(cols)];
    }
    Coding as = coding == BitmapCoding.RAW ? Coding.RAW : BitmapCodec.coding(in, COLUMNS);
    return BitmapCodec.decode(as, in.bytes(COLUMNS), 1, cols, in.where(COLUMNS));
  }

  /** Sets the classes in the codes of all weights. */
  static void readClasses(
      PartReader in, GroupLayout layout, BitmapCoding coding, ColumnSides sides, byte[] codes) {
    if (layout.classBits() == 0) {
      return;
    }
    int words = Bitmap.words(codes.length);
    long[][] planes = new long[2][];
    switch (coding) {
      case RAW -> {
        for (int bit = 0; bit < 2; bit++) {
          planes[bit] =
              bit < layout.classBits()
                  ? Bitmap.ofBytes(in.codes(plane(bit), codes.length, 1), codes.length)
                  : new long[words];
        }
        requireClasses(in, layout, sides, codes.length, planes);
      }
      case CODED -> {
        planes[0] = new long[words];
        planes[1] = new long[words];
        for (boolean salient : new boolean[] {true, false}) {
          merge(in, layout.classes(salient), salient, sides, codes.length, planes);
        }
      }
    }
    for (int bit = 0; bit < layout.classBits(); bit++) {
      CodePlanes.put(planes[bit], CLASS_BIT + bit, codes);
    }
  }

  private static void merge(
      PartReader in,
      int classes,
      boolean salient,
      ColumnSides sides,
      int weights,
      long[][] planes) {
    if (classes <= 1) {
      return;
    }
    int cols = sides.cols();
    int rows = weights / cols;
    long[] left = sides.weights(rows, salient);
    for (int k = 0; k < classes; k++) {
      long[] members = left;
      if (k < classes - 1) {
        String part = map(salient, k);
        Coding coding = BitmapCodec.coding(in, part);
        members = BitmapCodec.decode(coding, in.bytes(part), left, rows, cols, in.where(part));
      }
      for (int bit = 0; bit < 2; bit++) {
        if ((k >> bit & 1) != 0) {
          for (int w = 0; w < members.length; w++) {
            planes[bit][w] |= members[w];
          }
        }
      }
      if (k < classes - 1) {
        for (int w = 0; w < left.length; w++) {
          left[w] ^= members[w];
        }
      }
    }
  }

  /** Plain bits can stand for classes that the side does not have. */
  private static void requireClasses(
      PartReader in, GroupLayout layout, ColumnSides sides, int weights, long[][] planes) {
    for (boolean salient : new boolean[] {true, false}) {
      int classes = layout.classes(salient);
      if (classes == 0) {
        continue; // no columns either
      }
      long lastLow = -(long) (classes - 1 & 1);
      long[] of = sides.weights(weights / sides.cols(), salient);
      for (int w = 0; w < of.length; w++) {
        long low = planes[0][w];
        long high = planes[1][w];
        // Above the last class: the high bit is larger, or it is equal and the low one is.
        long over = classes > 2 ? high & low & ~lastLow : high | (low & ~lastLow);
        if ((over & of[w]) != 0) {
          throw in.bad(
              plane(layout.classBits() - 1),
              "a weight of a class that its side of the columns does not have");
        }
      }
    }
  }

  /**
   * Bits of all bitmaps: exact for plain ones, an upper estimate for coded ones.
   *
   * @param salientColumns how many columns are salient
   */
  static long estimateBits(
      GroupLayout layout, int rows, int cols, int salientColumns, BitmapCoding coding) {
    long columns = layout.salientClasses() > 0 ? 8 * BitPacking.bytes(cols, 1) : 0;
    if (coding == BitmapCoding.RAW) {
      return columns + 8L * layout.classBits() * BitPacking.bytes((long) rows * cols, 1);
    }
    long others = (long) cols - salientColumns;
    return columns
        + estimateClassBits(layout.salientClasses(), (long) rows * salientColumns)
        + estimateClassBits(layout.otherClasses(), rows * others);
  }

  /** As if all classes were equally large: two are a plain bitmap, more take their entropy. */
  private static long estimateClassBits(int classes, long weights) {
    if (classes <= 2) {
      return classes < 2 ? 0 : 8 * BitPacking.bytes(weights, 1);
    }
    // A model, and a length and a last unit for each chunk.
    long overhead = 32 + 48 * (1 + weights / BitmapCodec.CHUNK_BITS);
    double entropy = weights * StrictMath.log(classes) / StrictMath.log(2);
    return (classes - 1) * overhead + (long) Math.ceil(entropy);
  }

  /** The part with one bit of all classes. */
  private static String plane(int bit) {
    return "class_bit_" + bit;
  }

  /**
   * The part that marks those weights of a side, not in classes before, that are in class {@code
   * k}.
   */
  private static String map(boolean salient, int k) {
    return (salient ? "salient_class_" : "other_class_") + k;
  }
}
