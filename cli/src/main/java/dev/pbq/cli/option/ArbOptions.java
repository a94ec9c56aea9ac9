package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Settings of BiLLM and ARB-LLM; what is left out takes the preset's value. */
public final class ArbOptions {
  @Option(
      names = "--preset",
      paramLabel = "P",
      description =
          "published (default), or best: lower perplexity for no more stored bits than the"
              + " published ARB-LLM_RC.")
  private String preset;

  @Option(
      names = "--cgb",
      negatable = true,
      description = "Column-group bitmap: divide the salient columns into groups, too.")
  private Boolean cgb;

  @Option(
      names = "--groups",
      paramLabel = "N",
      description = "Groups on each divided side, 2-4 (default 2).")
  private Integer groups;

  @Option(
      names = "--division",
      paramLabel = "D",
      description = "Bitmaps: both (default), columns, groups or none.")
  private String division;

  @Option(
      names = "--iterations",
      paramLabel = "T",
      description = "Alternating updates (default 15).")
  private Integer iterations;

  @Option(
      names = "--x-iterations",
      paramLabel = "T2",
      description = "arb-x: updates under the calibration metric (default 15).")
  private Integer innerIterations;

  @Option(
      names = "--x-solve",
      paramLabel = "S",
      description =
          "arb-x: sequential updates (default), or the joint system that they converge to.")
  private String solve;

  @Option(
      names = "--up-lim",
      paramLabel = "N",
      description = "Fewer than N salient columns in a block (default 50).")
  private Integer upLim;

  @Option(
      names = "--search-target",
      paramLabel = "T",
      description =
          "Whose binarization error decides the groups: metric (default, the program) or weight"
              + " (BiLLM's paper).")
  private String searchTarget;

  @Option(
      names = "--compensation",
      paramLabel = "C",
      description = "How later columns take up a block's error: diag (default), exact or none.")
  private String compensation;

  @Option(
      names = "--codes",
      paramLabel = "C",
      description =
          "Codes chosen again column by column, each error compensated inside the block: none"
              + " (default), signs, or groups (signs and group).")
  private String codes;

  @Option(
      names = "--refine",
      paramLabel = "N",
      description = "Fit all scales of a row together, N times (default 0).")
  private Integer refine;

  @Option(
      names = "--share-means",
      paramLabel = "M",
      description = "billm, arb, arb-x: a row has a mean for each group (default), block, or none.")
  private String shareMeans;

  @Option(
      names = "--share-columns",
      description = "arb-rc: all groups of a block have the same column scales.")
  private Boolean shareColumns;

  @Option(
      names = "--bitmaps",
      paramLabel = "B",
      description = "raw (default, as the papers count) or coded near their entropy.")
  private String bitmaps;

  /** Adds what the user gave, by camel-case name. */
  public void addTo(ObjectNode node) {
    put(node, "preset", preset);
    if (cgb != null) {
      node.put("cgb", cgb);
    }
    put(node, "groups", groups);
    put(node, "division", division);
    put(node, "iterations", iterations);
    put(node, "xIterations", innerIterations);
    put(node, "xSolve", solve);
    put(node, "upLim", upLim);
    put(node, "searchTarget", searchTarget);
    put(node, "compensation", compensation);
    put(node, "codes", codes);
    put(node, "refine", refine);
    put(node, "shareMeans", shareMeans);
    if (shareColumns != null) {
      node.put("shareColumns", shareColumns);
    }
    put(node, "bitmaps", bitmaps);
  }

  private static void put(ObjectNode node, String name, Integer value) {
    if (value != null) {
      node.put(name, value);
    }
  }

  private static void put(ObjectNode node, String name, String value) {
    if (value != null) {
      node.put(name, value.toLowerCase(Locale.ROOT));
    }
  }
}
