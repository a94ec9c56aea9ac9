package dev.pbq.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.LinearSelection;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which layers are quantized. */
final class SelectionOptions {
  @Option(
      names = "--minlayer",
      paramLabel = "N",
      description = "First decoder block to quantize, from 0.")
  private int minLayer;

  @Option(
      names = "--maxlayer",
      paramLabel = "N",
      description = "Block before which quantization stops.")
  private int maxLayer = Integer.MAX_VALUE;

  @Option(
      names = "--quant-only",
      paramLabel = "TEXT",
      description = "Quantize only layers whose name contains this.")
  private String quantOnly = "";

  @Option(
      names = "--invert",
      description = "Quantize what --minlayer, --maxlayer and --quant-only leave out.")
  private boolean invert;

  @Option(
      names = "--skip",
      paramLabel = "REGEX",
      description = "Leave out layers in whose name this is found; may be repeated.")
  private List<String> skip = new ArrayList<>();

  LinearSelection selection() {
    if (minLayer >= maxLayer) {
      throw PbqException.usage("--minlayer " + minLayer + " is not below --maxlayer " + maxLayer);
    }
    return new LinearSelection(
        minLayer,
        maxLayer,
        quantOnly,
        invert,
        skip.stream().map(s -> Overrides.pattern("--skip", s)).toList());
  }

  /** Records what differs from quantizing everything. */
  void describe(ObjectNode settings) {
    if (minLayer > 0) {
      settings.put("minlayer", minLayer);
    }
    if (maxLayer < Integer.MAX_VALUE) {
      settings.put("maxlayer", maxLayer);
    }
    if (!quantOnly.isEmpty()) {
      settings.put("quantOnly", quantOnly);
    }
    if (invert) {
      settings.put("invert", true);
    }
    if (!skip.isEmpty()) {
      skip.forEach(settings.putArray("skip")::add);
    }
  }
}
