package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Settings that HQQ alone has; the rarer ones are reached by {@code -O}. */
public final class HqqOptions {
  @Option(
      names = "--axis",
      paramLabel = "A",
      description =
          "hqq: 1 (default): groups of consecutive weights; 0: groups across them, one input column"
              + " each.")
  private Integer axis;

  @Option(
      names = "--optimize",
      negatable = true,
      description = "hqq: refine the zero points (default); --no-optimize keeps the min-max grid.")
  private Boolean optimize;

  @Option(
      names = "--round-zero",
      negatable = true,
      description = "hqq: round zero points before they are refined (default: at 4 bits only).")
  private Boolean roundZero;

  @Option(
      names = "--channel-wise",
      negatable = true,
      description = "hqq: --no-channel-wise makes one group of the whole layer.")
  private Boolean channelWise;

  @Option(
      names = "--iters",
      paramLabel = "N",
      description = "hqq: most iterations of the solver (default 20).")
  private Integer iters;

  @Option(
      names = "--quant-scale",
      negatable = true,
      description = "hqq: store scales as 8-bit codes, in groups of --scale-groupsize.")
  private Boolean quantScale;

  @Option(
      names = "--quant-zero",
      negatable = true,
      description = "hqq: store zero points as 8-bit codes, in groups of --zero-groupsize.")
  private Boolean quantZero;

  @Option(
      names = "--scale-groupsize",
      paramLabel = "N",
      description = "hqq: coded scales that share a grid (default 128; -1: all).")
  private Integer scaleGroupsize;

  @Option(
      names = "--zero-groupsize",
      paramLabel = "N",
      description = "hqq: coded zero points that share a grid (default -1: all).")
  private Integer zeroGroupsize;

  @Option(
      names = "--range-guard",
      paramLabel = "G",
      description =
          "hqq: compat (default): as the reference, groups narrower than 1e-4 lose their detail;"
              + " exact: every group keeps its own scale.")
  private String rangeGuard;

  /** Adds what the user gave. */
  public void addTo(ObjectNode node) {
    put(node, "axis", axis);
    put(node, "optimize", optimize);
    put(node, "roundZero", roundZero);
    put(node, "channelWise", channelWise);
    put(node, "iters", iters);
    put(node, "quantScale", quantScale);
    put(node, "quantZero", quantZero);
    put(node, "scaleGroupsize", scaleGroupsize);
    put(node, "zeroGroupsize", zeroGroupsize);
    if (rangeGuard != null) {
      node.put("rangeGuard", rangeGuard.toLowerCase(Locale.ROOT));
    }
  }

  private static void put(ObjectNode node, String key, Integer value) {
    if (value != null) {
      node.put(key, value);
    }
  }

  private static void put(ObjectNode node, String key, Boolean value) {
    if (value != null) {
      node.put(key, value);
    }
  }
}
