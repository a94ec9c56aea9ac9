package dev.pbq.workflow.recipe;

import java.util.Comparator;
import java.util.List;

/**
 * The order in which options of the command line become settings of a recipe. It must not depend on
 * the order of jars on the class path, and recipes that were written before must come out the same.
 */
public final class SettingOrder {
  /** As in the first recipes; settings that came later follow by name. */
  private static final List<String> FIRST =
      List.of(
          "lowFrac",
          "highBit",
          "salientMetric",
          "maskedStatistics",
          "disableGptq",
          "bits",
          "groupsize",
          "blocksize",
          "percdamp",
          "actOrder",
          "scaleDtype",
          "preset",
          "cgb",
          "groups",
          "division",
          "iterations",
          "xIterations",
          "xSolve",
          "upLim",
          "searchTarget",
          "compensation",
          "codes",
          "refine",
          "shareMeans",
          "shareColumns",
          "bitmaps",
          "axis",
          "optimize",
          "roundZero",
          "channelWise",
          "iters",
          "quantScale",
          "quantZero",
          "scaleGroupsize",
          "zeroGroupsize",
          "rangeGuard",
          "block",
          "exponentWidth",
          "exponentBias",
          "exponentBiasWidth",
          "fracWidth",
          "compat");

  /** Compares names of settings in camel case. */
  public static final Comparator<String> BY_RECIPE =
      Comparator.comparingInt(SettingOrder::place).thenComparing(Comparator.naturalOrder());

  private SettingOrder() {}

  private static int place(String setting) {
    int at = FIRST.indexOf(setting);
    return at < 0 ? FIRST.size() : at;
  }
}
