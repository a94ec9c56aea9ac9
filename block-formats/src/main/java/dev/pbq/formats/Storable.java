package dev.pbq.formats;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.quant.SettingChecks;
import dev.pbq.core.quant.SettingNames;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Formats whose codes can be stored, made of settings; every message names the setting. */
final class Storable {
  private static final Pattern PARAMETER =
      Pattern.compile("\\b(width|frac_width|exponent_width|exponent_bias|exponent_bias_width)\\b");

  private Storable() {}

  /** The default exponent width: 4, where that leaves a mantissa. */
  static int exponentWidth(int bits) {
    return Math.max(1, Math.min(4, bits - 2));
  }

  /**
   * Makes a format whose codes can be stored.
   *
   * @throws PbqException USAGE naming the setting that is out of range
   */
  static <F extends NumberFormat> F format(int bits, Supplier<F> format) {
    SettingChecks.range("bits", bits, 2, BlockFormatLinear.MAX_WIDTH);
    try {
      return format.get();
    } catch (IllegalArgumentException e) {
      throw PbqException.usage(named(e.getMessage()));
    }
  }

  /** A message whose parameters are called as configurations call them: {@code exponent_width}. */
  private static Wording named(String message) {
    Matcher parameter = PARAMETER.matcher(message);
    List<Wording> parts = new ArrayList<>();
    int from = 0;
    while (parameter.find()) {
      parts.add(Wording.text(message.substring(from, parameter.start())));
      String name = parameter.group();
      parts.add(
          Wording.name(
              name.equals("width") ? "bits" : SettingNames.camelCase(name.replace('_', '-'))));
      from = parameter.end();
    }
    parts.add(Wording.text(message.substring(from)));
    return Wording.join("", parts);
  }
}
