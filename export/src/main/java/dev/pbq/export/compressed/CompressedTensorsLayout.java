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
 * pack-quantized} (integers of up to 8 bits in words of 32) or {@code naive-quantized} (integers of
 * 8 bits as they are), with scales for groups, rows or the whole tensor. Other formats are refused
 * by name.
 */
public final class CompressedTensorsLayout implements ForeignLayout {
  static final String NAME = "compressed-tensors";
  static final String PACKED = "pack-quantized";
  static final String NAIVE = "naive-quantized";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return NAME;
  }

  @Override
  public Set<String> linears(ModelFolder folder, Checkpoint stored) {
    if (folder.quantMethod().filter(name()::equals).isEmpty()) {
      return Set.of();
    }
    if (!isNaive(folder) && !format(folder).asText().equals(PACKED)) {
      throw ForeignLinears.unsupported(folder, "format", format(folder), PACKED + ", " + NAIVE);
    }
    return ForeignLinears.with(
        name(), isNaive(folder) ? StoredIntegers.SCALE : StoredIntegers.PACKED, folder, stored);
  }

  /** The layout's own name of a format. */
  static String format(boolean naive) {
    return naive ? NAIVE : PACKED;
  }

  private static JsonNode format(ModelFolder folder) {
    return folder.quantizationConfig().path("format");
  }

  private static boolean isNaive(ModelFolder folder) {
    return format(folder).asText().equals(NAIVE);
  }

  @Override
  public boolean hasWeightPart(ModelFolder folder) {
    return isNaive(folder);
  }

  @Override
  public UniformLinear read(ModelFolder folder, Checkpoint stored, String linear) {
    StoredIntegers integers = new StoredIntegers(folder, stored, linear);
    return isNaive(folder) ? integers.plain() : integers.packed();
  }
}
