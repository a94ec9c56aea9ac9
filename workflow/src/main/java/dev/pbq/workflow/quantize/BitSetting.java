package dev.pbq.workflow.quantize;

import dev.pbq.core.PbqException;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingRange;
import dev.pbq.core.quant.SettingType;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The setting {@code bits} of a method, as an allocation sees it.
 *
 * @param method the method's name
 * @param setting its description
 */
record BitSetting(String method, SettingDescription setting) {
  static final String NAME = "bits";

  /** Below two bits a loss is not what the model of losses says. */
  private static final int NARROWEST = 2;

  private static final int WIDEST = 8;

  /** That of a method; empty if it cannot be asked for bits. */
  static Optional<BitSetting> of(Methods registry, String method) {
    return registry.settings(method).stream()
        .filter(s -> s.name().equals(NAME))
        .findFirst()
        .map(s -> new BitSetting(method, s));
  }

  /** Whether any number will do, not some widths alone. */
  boolean isContinuous() {
    return setting.type() == SettingType.NUMBER && setting.words().isEmpty();
  }

  /** The least that it takes. */
  double least() {
    return setting.range().map(r -> r.intervals().get(0).min()).orElse(0.0);
  }

  /** The most that it takes. */
  double most() {
    Optional<SettingRange> range = setting.range();
    return range
        .map(SettingRange::intervals)
        .map(all -> all.get(all.size() - 1).max())
        .orElse((double) WIDEST);
  }

  /** All widths from two bits on, in increasing order, as settings have them. */
  Map<Double, String> widths() {
    Map<Double, String> all = new TreeMap<>();
    if (setting.words().isEmpty()) {
      for (int width = NARROWEST; width <= WIDEST; width++) {
        int candidate = width;
        if (setting.range().map(r -> r.contains(candidate)).orElse(true)) {
          all.put((double) width, Integer.toString(width));
        }
      }
    } else {
      setting.words().forEach(word -> all.put(number(word), word));
      all.keySet().removeIf(width -> width < NARROWEST);
    }
    return all;
  }

  /**
   * Widths that are given.
   *
   * @param text numbers with commas between them
   * @throws PbqException USAGE for what is no number
   */
  static Map<Double, String> widths(String text) {
    Map<Double, String> all = new TreeMap<>();
    for (String width : text.split(",", -1)) {
      all.put(number(width), width.strip());
    }
    return all;
  }

  private static double number(String width) {
    try {
      return Double.parseDouble(width.strip());
    } catch (NumberFormatException e) {
      throw PbqException.setting("{widths}: '%s' is no width", width);
    }
  }
}
