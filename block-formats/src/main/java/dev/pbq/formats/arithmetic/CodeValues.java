package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The values of codes, tabulated for each shared exponent when it is first met. Thread-safe. */
final class CodeValues {
  /** Wider codes are decoded one by one. */
  private static final int WIDEST_TABLE = 10;

  private final NumberFormat format;
  private final AtomicReferenceArray<float[]> tables;

  CodeValues(NumberFormat format) {
    this.format = format;
    this.tables =
        new AtomicReferenceArray<>(format.width() > WIDEST_TABLE ? 0 : 1 << format.sharedBits());
  }

  /** Puts the values of {@code codes[from .. to)} into {@code values[from .. to)}. */
  void decode(int[] codes, int from, int to, int shared, float[] values) {
    if (tables.length() == 0) {
      for (int i = from; i < to; i++) {
        values[i] = format.decode(codes[i], shared);
      }
      return;
    }
    float[] table = tables.get(shared);
    if (table == null) {
      table = new float[1 << format.width()];
      for (int code = 0; code < table.length; code++) {
        table[code] = format.decode(code, shared);
      }
      tables.set(shared, table);
    }
    for (int i = from; i < to; i++) {
      values[i] = table[codes[i]];
    }
  }
}
