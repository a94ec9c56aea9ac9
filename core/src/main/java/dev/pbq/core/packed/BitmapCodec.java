package dev.pbq.core.packed;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;

/**
 * Bitmaps [rows, cols] as bytes, in whichever {@link Coding} is shorter. In memory a bitmap is an
 * array of words, bit {@code i = r * cols + c} being bit {@code i % 64} of word {@code i / 64}.
 *
 * <p>If only some places can hold a 1, the reader knowing which, then these are the bitmap's
 * <em>members</em>, a bitmap themselves; the bits of all others are not stored.
 *
 * <p>The range coding, byte by byte:
 *
 * <ol>
 *   <li>the model, see {@link BitmapModel#put};
 *   <li>the length in bytes of every chunk, unsigned 32-bit integers; a chunk is {@value
 *       #CHUNK_BITS} consecutive bits of the bitmap (the last one may be shorter);
 *   <li>the chunks, each a separate {@link RangeCoder} stream.
 * </ol>
 */
final class BitmapCodec {
  /** Bits of a bitmap that are coded as one stream; a multiple of 64. */
  static final int CHUNK_BITS = 1 << 18;

  private BitmapCodec() {}

  /** How a bitmap is stored. */
  enum Coding {
    /** The members' bits themselves, least significant first, padded to a byte with zeros. */
    RAW,
    /** Range coded with a {@link BitmapModel}. */
    RANGE;

    /** The name in the layer's descriptor. */
    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The coding of a part, from the attribute of the same name. */
  static Coding coding(PartReader in, String part) {
    return in.choice(part, "coding", Coding.values(), Coding::id);
  }

  /** A bitmap as it is stored. */
  record Encoded(Coding coding, byte[] bytes) {}

  /** Encodes a bitmap whose bits beyond {@code rows * cols} are 0, all others being members. */
  static Encoded encode(long[] bitmap, int rows, int cols) {
    return encode(bitmap, Bitmap.full(rows * cols), rows, cols);
  }

  /** Encodes a bitmap that is 0 wherever {@code members} is. */
  static Encoded encode(long[] bitmap, long[] members, int rows, int cols) {
    long rawBytes = BitPacking.bytes(Bitmap.ones(members, 0, rows * cols), 1);
    BitmapFit fit = BitmapFit.of(bitmap, members, rows, cols);
    if (fit.bits() < 8.0 * rawBytes) {
      byte[] ranged = encodeRange(bitmap, members, rows, cols, fit.model());
      if (ranged.length < rawBytes) {
        return new Encoded(Coding.RANGE, ranged);
      }
    }
    return new Encoded(Coding.RAW, Bitmap.gather(bitmap, members));
  }

  private static byte[] encodeRange(
      long[] bitmap, long[] members, int rows, int cols, BitmapModel model) {
    int bits = rows * cols;
    List<byte[]> chunks =
        Parallel.mapRanges(
            bits,
            CHUNK_BITS,
            (from, to) -> RangeCoder.encode(bitmap, members, from, to, cols, model));
    long size = BitmapModel.bytes(rows, cols, model.rowBits(), model.colBits());
    for (byte[] chunk : chunks) {
      size += 4 + chunk.length;
    }
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
    model.put(out);
    for (byte[] chunk : chunks) {
      out.putInt(chunk.length);
    }
    for (byte[] chunk : chunks) {
      out.put(chunk);
    }
    return out.array();
  }

  /**
   * Decodes a bitmap of {@code rows * cols} &lt; 2^31 bits, all of them members; the bits beyond
   * are 0.
   *
   * @param where the layer and part, for messages
   * @throws PbqException BAD_DATA if the bytes are no such bitmap
   */
  static long[] decode(Coding coding, byte[] bytes, int rows, int cols, String where) {
    return decode(coding, bytes, Bitmap.full(rows * cols), rows, cols, where);
  }

  /**
   * Decodes a bitmap of {@code rows * cols} &lt; 2^31 bits; it is 0 wherever {@code members} is.
   *
   * @param where the layer and part, for messages
   * @throws PbqException BAD_DATA if the bytes are no such bitmap
   */
  static long[] decode(
      Coding coding, byte[] bytes, long[] members, int rows, int cols, String where) {
    return switch (coding) {
      case RAW -> {
        int count = Bitmap.ones(members, 0, rows * cols);
        if (bytes.length != BitPacking.bytes(count, 1)
            || !BitPacking.paddingIsZero(bytes, 0, count, 1)) {
          throw PbqException.badData(where + ": not a bitmap of " + count + " bits");
        }
        yield Bitmap.scatter(bytes, members);
      }
      case RANGE -> decodeRange(bytes, members, rows, cols, where);
    };
  }

  private static long[] decodeRange(
      byte[] bytes, long[] members, int rows, int cols, String where) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int bits = rows * cols;
    int chunkCount = Parallel.ranges(bits, CHUNK_BITS);
    // Each chunk has a length and at least one unit, so a short part cannot claim a huge bitmap.
    BitmapModel model = BitmapModel.get(in, rows, cols, 6L * chunkCount, where);
    int[] start = new int[chunkCount + 1];
    long position = in.position() + 4L * chunkCount;
    start[0] = (int) position;
    for (int i = 0; i < chunkCount; i++) {
      position += in.getInt() & 0xffffffffL;
      if (position > bytes.length) {
        throw PbqException.badData(where + ": corrupt bitmap: it ends before its chunks do");
      }
      start[i + 1] = (int) position;
    }
    if (position != bytes.length) {
      throw PbqException.badData(where + ": corrupt bitmap: bytes after its last chunk");
    }
    long[] bitmap = new long[Bitmap.words(bits)];
    Parallel.forEachRange(
        bits,
        CHUNK_BITS,
        (from, to) -> {
          int i = from / CHUNK_BITS;
          int length = start[i + 1] - start[i];
          RangeCoder.decode(bytes, start[i], length, bitmap, members, from, to, cols, model, where);
        });
    return bitmap;
  }
}
