package dev.pbq.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.LinearSelection;
import dev.pbq.workflow.recipe.LayerChoice;
import java.util.List;
import picocli.CommandLine.Option;

/** Which layers are quantized. */
final class SelectionOptions {
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
  LayerChoice over(LayerChoice base) {
    return new LayerChoice(
        minLayer != null ? minLayer : base.minLayer(),
        maxLayer != null ? maxLayer : base.maxLayer(),
        quantOnly != null ? quantOnly : base.quantOnly(),
        invert != null ? invert : base.invert(),
        skip != null ? skip : base.skip());
  }

  /**
   * The selection that a choice stands for.
   *
   * @throws PbqException USAGE if it leaves no block, or a pattern is none
   */
  static LinearSelection selection(LayerChoice choice) {
    if (choice.minLayer() >= choice.maxLayer()) {
      throw PbqException.usage(
          "--minlayer " + choice.minLayer() + " is not below --maxlayer " + choice.maxLayer());
    }
    return new LinearSelection(
        choice.minLayer(),
        choice.maxLayer(),
        choice.quantOnly(),
        choice.invert(),
        choice.skip().stream().map(s -> Overrides.pattern("--skip", s)).toList());
  }

  /** Records what differs from quantizing everything. */
  static void describe(LayerChoice choice, ObjectNode settings) {
    if (choice.minLayer() > 0) {
      settings.put("minlayer", choice.minLayer());
    }
    if (choice.maxLayer() < Integer.MAX_VALUE) {
      settings.put("maxlayer", choice.maxLayer());
    }
    if (!choice.quantOnly().isEmpty()) {
      settings.put("quantOnly", choice.quantOnly());
    }
    if (choice.invert()) {
      settings.put("invert", true);
    }
    if (!choice.skip().isEmpty()) {
      choice.skip().forEach(settings.putArray("skip")::add);
    }
  }
}
