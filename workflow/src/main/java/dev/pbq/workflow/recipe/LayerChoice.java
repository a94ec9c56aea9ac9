package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.pipeline.LinearSelection;
import java.util.List;

/**
 * The choice of the linear layers that are quantized.
 *
 * @param minLayer first decoder block, from 0
 * @param maxLayer block before which quantization stops
 * @param quantOnly text that names must contain; empty for any
 * @param invert quantize what the three above leave out
 * @param skip regular expressions; a layer in whose name one is found is left out
 */
public record LayerChoice(
    int minLayer, int maxLayer, String quantOnly, boolean invert, List<String> skip) {
  /** Every layer. */
  public static final LayerChoice ALL = new LayerChoice(0, Integer.MAX_VALUE, "", false, List.of());

  public LayerChoice {
    skip = List.copyOf(skip);
  }

  /** All layers but those in whose names one of these is found. */
  public static LayerChoice skipping(List<String> skip) {
    return new LayerChoice(0, Integer.MAX_VALUE, "", false, skip);
  }

  /**
   * The selection that this stands for.
   *
   * @throws PbqException USAGE if it leaves no block, or a pattern is none
   */
  public LinearSelection selection() {
    if (minLayer >= maxLayer) {
      throw PbqException.setting("{minlayer} %s is not below {maxlayer} %s", minLayer, maxLayer);
    }
    return new LinearSelection(
        minLayer,
        maxLayer,
        quantOnly,
        invert,
        skip.stream().map(s -> LayerPattern.compile(Wording.name("skip"), s)).toList());
  }

  /** Adds to stored settings what differs from quantizing everything. */
  public void describe(ObjectNode settings) {
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
