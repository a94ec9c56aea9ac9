package dev.pbq.export.compressed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ForeignLayout;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.export.ForeignLinears;
import java.util.List;
import java.util.Set;

/**
 * Folders of compressed-tensors ({@code quant_method} compressed-tensors) in format {@code
 * pack-quantized} (integers of up to 8 bits in words of 32), {@code naive-quantized} or {@code
 * int-quantized} (integers as bytes, the latter with activations quantized as well), or {@code
 * mixed-precision} of these, with scales for groups, rows or the whole tensor. Other formats are
 * refused by name.
 */
public final class CompressedTensorsLayout implements ForeignLayout {
  static final String NAME = "compressed-tensors";
  static final String PACKED = "pack-quantized";
  static final String NAIVE = "naive-quantized";
  private static final String INTEGERS = "int-quantized";
  private static final String MIXED = "mixed-precision";
  private static final String FORMAT = "format";
  private static final Set<String> PLAIN = Set.of(NAIVE, INTEGERS);

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
    JsonNode format = folder.quantizationConfig().path(FORMAT);
    if (!isPlain(format) && !isPacked(format) && !isMixed(folder)) {
      throw unsupported(folder, format);
    }
    for (JsonNode group : folder.quantizationConfig().path("config_groups")) {
      JsonNode own = group.path(FORMAT);
      if (isMixed(folder) && !isPlain(own) && !isPacked(own)) {
        throw unsupported(folder, own);
      }
    }
    return ForeignLinears.with(
        name(), isPacked(format) ? StoredIntegers.PACKED : StoredIntegers.SCALE, folder, stored);
  }

  private static RuntimeException unsupported(ModelFolder folder, JsonNode format) {
    return ForeignLinears.unsupported(
        folder, FORMAT, format, String.join(", ", PACKED, NAIVE, INTEGERS, MIXED));
  }

  /** The layout's own name of a format. */
  static String format(boolean naive) {
    return naive ? NAIVE : PACKED;
  }

  private static boolean isPlain(JsonNode format) {
    return PLAIN.contains(format.asText());
  }

  private static boolean isPacked(JsonNode format) {
    return format.asText().equals(PACKED);
  }

  private static boolean isMixed(ModelFolder folder) {
    return folder.quantizationConfig().path(FORMAT).asText().equals(MIXED);
  }

  @Override
  public boolean hasWeightPart(ModelFolder folder) {
    return !isPacked(folder.quantizationConfig().path(FORMAT));
  }

  @Override
  public UniformLinear read(ModelFolder folder, Checkpoint stored, String linear) {
    StoredIntegers integers = new StoredIntegers(folder, stored, linear);
    if (isMixed(folder)) {
      return integers.either();
    }
    return hasWeightPart(folder) ? integers.plain() : integers.packed();
  }

  @Override
  public List<String> notes(ModelFolder folder) {
    return OtherNumbers.of(folder.quantizationConfig());
  }
}
