package dev.pbq.cli.option;

import dev.pbq.workflow.recipe.LayerChoice;
import java.util.List;
import picocli.CommandLine.Option;

/** Which layers are quantized. */
public final class SelectionOptions {
  @Option(
      names = "--minlayer",
      paramLabel = "N",
      description = "First decoder block to quantize, from 0.")
  private Integer minLayer;

  @Option(
      names = "--maxlayer",
      paramLabel = "N",
      description = "Block before which quantization stops.")
  private Integer maxLayer;

  @Option(
      names = "--quant-only",
      paramLabel = "TEXT",
      description = "Quantize only layers whose name contains this.")
  private String quantOnly;

  @Option(
      names = "--invert",
      description = "Quantize what --minlayer, --maxlayer and --quant-only leave out.")
  private Boolean invert;

  @Option(
      names = "--skip",
      paramLabel = "REGEX",
      description = "Leave out layers in whose name this is found; may be repeated.")
  private List<String> skip;

  /** What was given, and where nothing was, another choice. */
  public LayerChoice over(LayerChoice base) {
    return new LayerChoice(
        minLayer != null ? minLayer : base.minLayer(),
        maxLayer != null ? maxLayer : base.maxLayer(),
        quantOnly != null ? quantOnly : base.quantOnly(),
        invert != null ? invert : base.invert(),
        skip != null ? skip : base.skip());
  }
}
