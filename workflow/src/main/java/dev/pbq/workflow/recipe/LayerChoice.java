package dev.pbq.workflow.recipe;

import java.util.List;

/**
 * Which linear layers are quantized.
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
}
