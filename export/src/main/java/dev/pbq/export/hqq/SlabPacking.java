package dev.pbq.export.hqq;

import dev.pbq.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * How HQQ's reference program packs codes: along the rows of the grouped matrix [R, C], {@code
 * perWord} rows in a word. With {@code step = R / perWord}, word row {@code i} holds rows {@code i,
 * i + step, i + 2 step, ...}, the first in the most significant bits.
 */
public enum SlabPacking {
  U8_8("8bit_u8", DType.U8, 1, 8),
  U8_4("4bit_u8", DType.U8, 2, 4),
  U8_2("2bit_u8", DType.U8, 4, 2),
  U8_1("1bit_u8", DType.U8, 8, 1),
  /** Ten codes in 30 bits; missing rows at the end are zeros. */
  I32_3("3bit_32", DType.I32, 10, 3);

  private final String reference;
  private final DType word;
  private final int perWord;
  private final int width;

  SlabPacking(String reference, DType word, int perWord, int width) {
    this.reference = reference;
    this.word = word;
    this.perWord = perWord;
    this.width = width;
  }

  /** The packing of codes up to {@code maxCode}; empty if the reference has no such codes. */
  public static Optional<SlabPacking> of(int maxCode) {
    return switch (maxCode) {
      case 255, 63, 31 -> Optional.of(U8_8);
      case 15 -> Optional.of(U8_4);
      case 7 -> Optional.of(I32_3);
      case 3, 2 -> Optional.of(U8_2);
      case 1 -> Optional.of(U8_1);
      default -> Optional.empty();
    };
  }

  /** The packing that the reference calls so. */
  public static Optional<SlabPacking> named(String reference) {
    return Arrays.stream(values()).filter(p -> p.reference.equals(reference)).findFirst();
  }

  /** The reference's name, e.g. {@code 4bit_u8}. */
  public String reference() {
    return reference;
  }

  /** The type of a word. */
  public DType word() {
    return word;
  }

  /** Codes in a word. */
  public int perWord() {
    return perWord;
  }

  /** The largest code that fits. */
  public int largest() {
    return (1 << width) - 1;
  }

  /**
   * Whether this many rows can be packed. The reference does not ask: where they cannot, it drops
   * or repeats codes.
   */
  public boolean holds(int rows) {
    return this == I32_3 || rows % perWord == 0;
  }

  /** Rows of words that {@code rows} rows of codes take. */
  public int wordRows(int rows) {
    return this == I32_3 ? (rows - 1) / perWord + 1 : rows / perWord;
  }

  /**
   * Packs.
   *
   * @param codes [rows, cols], none above {@link #largest}
   * @return the words [wordRows, cols], little-endian
   * @throws IllegalArgumentException if the rows cannot be packed or a code does not fit
   */
  public byte[] pack(byte[] codes, int rows, int cols) {
    requireHeld(rows);
    int step = wordRows(rows);
    if (codes.length != rows * cols) {
      throw new IllegalArgumentException(codes.length + " codes for " + rows + " x " + cols);
    }
    int words = step * cols;
    int[] packed = new int[words];
    for (int i = 0; i < codes.length; i++) {
      int code = codes[i] & 0xff;
      if (code > largest()) {
        throw new IllegalArgumentException("code " + code + " in " + reference);
      }
      packed[i % words] |= code << shift(i / words);
    }
    ByteBuffer out = ByteBuffer.allocate(words * word.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : packed) {
      if (word == DType.U8) {
        out.put((byte) value);
      } else {
        out.putInt(value);
      }
    }
    return out.array();
  }

  /**
   * Unpacks.
   *
   * @param packed the words [wordRows, cols], little-endian
   * @return the codes [rows, cols]
   * @throws IllegalArgumentException if the lengths do not fit
   */
  public byte[] unpack(byte[] packed, int rows, int cols) {
    requireHeld(rows);
    int words = wordRows(rows) * cols;
    if (packed.length != words * word.bytes()) {
      throw new IllegalArgumentException(
          packed.length + " bytes for " + rows + " x " + cols + " codes in " + reference);
    }
    ByteBuffer in = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
    byte[] codes = new byte[rows * cols];
    for (int w = 0; w < words; w++) {
      int value = word == DType.U8 ? in.get() : in.getInt();
      for (int slab = 0, i = w; slab < perWord && i < codes.length; slab++, i += words) {
        codes[i] = (byte) ((value >>> shift(slab)) & largest());
      }
    }
    return codes;
  }

  private int shift(int slab) {
    return width * (perWord - 1 - slab);
  }

  private void requireHeld(int rows) {
    if (rows < 1 || !holds(rows)) {
      throw new IllegalArgumentException(rows + " rows in words of " + perWord + " codes");
    }
  }
}
