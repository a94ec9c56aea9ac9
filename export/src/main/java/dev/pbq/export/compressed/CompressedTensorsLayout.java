package dev.pbq.export.compressed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ForeignLayout;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.export.ForeignLinears;
import java.util.Set;

/**
 * Folders of compressed-tensors ({@code quant_method} compressed-tensors) in format {@code
 * pack-quantized}: integers of up to 8 bits in words of 32, scales for groups, rows or the whole
 * tensor. Other formats are refused by name.
 */
public final class CompressedTensorsLayout implements ForeignLayout {
  private static final String FORMAT = "pack-quantized";

  @Override
  public String name() {
    return "compressed-tensors";
  }

  @Override
  public String title() {
    return "compressed-tensors";
  }

  @Override
  public Set<String> linears(ModelFolder folder, Checkpoint stored) {
    if (folder.quantMethod().filter(name()::equals).isEmpty()) {
      return Set.of();
    }
    JsonNode config = folder.quantizationConfig();
    if (!config.path("format").asText().equals(FORMAT)) {
      throw ForeignLinears.unsupported(folder, "format", config.path("format"), FORMAT);
    }
    return ForeignLinears.with(name(), PackedIntegers.WEIGHT, folder, stored);
  }

  @Override
  public UniformLinear read(ModelFolder folder, Checkpoint stored, String linear) {
    return new PackedIntegers(folder, stored, linear).read();
  }
}
