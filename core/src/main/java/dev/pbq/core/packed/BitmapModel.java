package dev.pbq.core.packed;

import dev.pbq.core.PbqException;
import java.nio.ByteBuffer;

/**
 * How likely each bit of a bitmap [rows, cols] is to be 1: every row and every column belongs to a
 * class, and a pair of classes has a probability. Salient weights cluster in columns (strongly,
 * when they are chosen by the Hessian) and in rows, which one probability for all would not see.
 *
 * @param rowBits width of a row's class in bits, 0..{@value #MAX_CLASS_BITS}
 * @param colBits width of a column's class
 * @param rowClass [rows]
 * @param colClass [cols]
 * @param probability [2^rowBits * 2^colBits], entry {@code rowClass * 2^colBits + colClass}: the
 *     chance of a 1 in units of 2^-15, 0..32767; 0 where there is no 1 at all
 */
record BitmapModel(
    int rowBits, int colBits, byte[] rowClass, byte[] colClass, short[] probability) {
  static final int MAX_CLASS_BITS = 6;

  int rowContext(int row) {
    return rowClass[row] << colBits;
  }

  int probability(int rowContext, int col) {
    return probability[rowContext + colClass[col]];
  }

  /** Bytes that {@link #put} writes for a model of these widths. */
  static long bytes(int rows, int cols, int rowBits, int colBits) {
    return 2
        + BitPacking.bytes(rows, rowBits)
        + BitPacking.bytes(cols, colBits)
        + (2L << (rowBits + colBits));
  }

  /**
   * Writes one byte {@code rowBits}, one byte {@code colBits}, the rows' classes in {@code rowBits}
   * bits each ({@link BitPacking}; nothing for 0 bits), the columns' likewise, and the
   * probabilities as 16-bit integers.
   */
  void put(ByteBuffer out) {
    out.put((byte) rowBits).put((byte) colBits);
    putClasses(out, rowClass, rowBits);
    putClasses(out, colClass, colBits);
    for (short p : probability) {
      out.putShort(p);
    }
  }

  /**
   * Reads what {@link #put} wrote.
   *
   * @param reserved bytes that must be left over after the model
   * @param where the layer and part, for messages
   * @throws PbqException BAD_DATA if there is no valid model
   */
  static BitmapModel get(ByteBuffer in, int rows, int cols, long reserved, String where) {
    need(in, 2, reserved, where);
    int rowBits = in.get();
    int colBits = in.get();
    if (rowBits < 0 || rowBits > MAX_CLASS_BITS || colBits < 0 || colBits > MAX_CLASS_BITS) {
      throw PbqException.badData(
          where + ": corrupt bitmap: classes of " + rowBits + " and " + colBits + " bits");
    }
    need(in, bytes(rows, cols, rowBits, colBits) - 2, reserved, where);
    byte[] rowClass = getClasses(in, rows, rowBits, where);
    byte[] colClass = getClasses(in, cols, colBits, where);
    short[] probability = new short[1 << (rowBits + colBits)];
    for (int i = 0; i < probability.length; i++) {
      probability[i] = in.getShort();
      if (probability[i] < 0) {
        throw PbqException.badData(where + ": corrupt bitmap: a probability above 32767");
      }
    }
    return new BitmapModel(rowBits, colBits, rowClass, colClass, probability);
  }

  private static void putClasses(ByteBuffer out, byte[] classes, int bits) {
    if (bits > 0) {
      byte[] packed = new byte[(int) BitPacking.bytes(classes.length, bits)];
      BitPacking.pack(classes, 0, classes.length, bits, packed, 0);
      out.put(packed);
    }
  }

  private static byte[] getClasses(ByteBuffer in, int count, int bits, String where) {
    byte[] classes = new byte[count];
    if (bits > 0) {
      byte[] packed = new byte[(int) BitPacking.bytes(count, bits)];
      in.get(packed);
      if (!BitPacking.paddingIsZero(packed, 0, count, bits)) {
        throw PbqException.badData(where + ": corrupt bitmap: padding bits are set");
      }
      BitPacking.unpack(packed, 0, 0, count, bits, classes, 0);
    }
    return classes;
  }

  private static void need(ByteBuffer in, long bytes, long reserved, String where) {
    if (in.remaining() < bytes + reserved) {
      throw PbqException.badData(
          where
              + ": corrupt bitmap: "
              + in.remaining()
              + " bytes left where "
              + (bytes + reserved)
              + " or more belong");
    }
  }
}
