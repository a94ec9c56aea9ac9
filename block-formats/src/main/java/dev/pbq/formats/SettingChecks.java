package dev.pbq.formats;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.NumberFormat;
import java.util.function.Supplier;

/** Ranges of settings; every message names the option. */
final class SettingChecks {
  private SettingChecks() {}

  /** The default exponent width: 4, where that leaves a mantissa. */
  static int exponentWidth(int bits) {
    return Math.max(1, Math.min(4, bits - 2));
  }

  /**
   * Makes a format whose codes can be stored.
   *
   * @throws PbqException USAGE naming the option that is out of range
   */
  static <F extends NumberFormat> F storable(int bits, Supplier<F> format) {
    if (bits < 2 || bits > BlockFormatLinear.MAX_WIDTH) {
      throw PbqException.usage(
          "--bits " + bits + " is not between 2 and " + BlockFormatLinear.MAX_WIDTH);
    }
    try {
      return format.get();
    } catch (IllegalArgumentException e) {
      // The message begins with the parameter, as configurations call it.
      throw PbqException.usage(
          "--" + e.getMessage().replace('_', '-').replaceFirst("^width", "bits"));
    }
  }
}
