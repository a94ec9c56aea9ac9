package dev.pbq.cli.search;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.formats.arithmetic.TensorFormat;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.OperandRole;
import dev.pbq.formats.config.OperationFormats;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How {@code quantize} packs a model's weights in the formats of a configuration: a method with
 * settings, that of most layers, and what differs layer by layer.
 *
 * @param method of most layers
 * @param settings of the method, by camel-case name
 * @param overrides for layers with another format
 * @param skip patterns of layers that stay as they are
 */
public record FormatRecipe(
    String method, ObjectNode settings, List<Override> overrides, List<String> skip) {
  /** The widest code that packed weights have. */
  private static final int WIDEST = 8;

  public FormatRecipe {
    overrides = List.copyOf(overrides);
    skip = List.copyOf(skip);
  }

  /**
   * What differs for one layer.
   *
   * @param layers pattern that is found in the layer's name alone
   */
  public record Override(String layers, String method, ObjectNode settings) {}

  /** A method with its settings. */
  private record Packing(String method, ObjectNode settings) {}

  /**
   * Finds the recipe.
   *
   * @param linears full names of all linears of each layer by their path, for every layer
   * @return empty if the configuration packs no weights, or has weights of more than 8 bits
   */
  public static Optional<FormatRecipe> of(ModelFormats formats, List<Map<String, String>> linears) {
    Map<String, Packing> packings = new LinkedHashMap<>();
    List<String> skip = new ArrayList<>();
    for (int layer = 0; layer < formats.layers(); layer++) {
      for (Map.Entry<String, String> linear : linears.get(layer).entrySet()) {
        OperationFormats operation = formats.operation(layer, linear.getKey());
        Optional<TensorFormat> weight = operation.of(OperandRole.WEIGHT);
        if (weight.isEmpty()) {
          skip.add(pattern(linear.getValue()));
        } else if (weight.get().format().width() > WIDEST) {
          return Optional.empty();
        } else {
          packings.put(linear.getValue(), packing(weight.get()));
        }
      }
    }
    if (packings.isEmpty()) {
      return Optional.empty();
    }
    Packing main =
        packings.values().stream()
            .max(Comparator.comparingInt(p -> Collections.frequency(packings.values(), p)))
            .orElseThrow();
    List<Override> overrides = new ArrayList<>();
    packings.forEach(
        (name, packing) -> {
          if (!packing.equals(main)) {
            overrides.add(new Override(pattern(name), packing.method(), packing.settings()));
          }
        });
    return Optional.of(new FormatRecipe(main.method(), main.settings(), overrides, skip));
  }

  private static String pattern(String name) {
    return "^" + name.replaceAll("[^A-Za-z0-9_]", "\\\\$0") + "$";
  }

  /**
   * As a recipe file, which refers to the configuration by its file name.
   *
   * @param comment its first line
   * @param actFormat the configuration's file, beside the recipe
   */
  public String toToml(String comment, String actFormat) {
    StringBuilder toml = new StringBuilder("# ").append(comment).append('\n');
    toml.append("method = \"").append(method).append("\"\n");
    if (!skip.isEmpty()) {
      toml.append("skip = [\n");
      skip.forEach(s -> toml.append("  ").append(quoted(s)).append(",\n"));
      toml.append("]\n");
    }
    toml.append("act-format = ").append(quoted(actFormat)).append("\n\n[settings]\n");
    append(settings, toml);
    for (Override override : overrides) {
      toml.append("\n[[override]]\nlayers = ").append(quoted(override.layers())).append('\n');
      if (!override.method().equals(method)) {
        toml.append("method = ").append(quoted(override.method())).append('\n');
      }
      append(override.settings(), toml);
    }
    return toml.toString();
  }

  private static void append(ObjectNode settings, StringBuilder toml) {
    settings
        .properties()
        .forEach(
            e ->
                toml.append(e.getKey().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                    .append(" = ")
                    .append(e.getValue())
                    .append('\n'));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static Packing packing(TensorFormat weight) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    NumberFormat format = weight.format();
    settings.put("bits", format.width());
    if (format.sharedBits() > 0) {
      settings.put(
          "block",
          weight.blocks().sizes().stream().map(String::valueOf).collect(Collectors.joining("x")));
    }
    String method;
    if (format instanceof NumberFormat.BlockFloat f) {
      method = "bfp";
      settings.put("exponentWidth", f.exponentWidth()).put("exponentBias", f.bias());
    } else if (format instanceof NumberFormat.BlockMiniFloat f) {
      method = "bmf";
      settings.put("exponentWidth", f.exponentWidth()).put("exponentBiasWidth", f.biasWidth());
    } else if (format instanceof NumberFormat.BlockLogarithm f) {
      method = "bl";
      settings.put("exponentBiasWidth", f.biasWidth());
    } else if (format instanceof NumberFormat.MiniFloat f) {
      method = "minifloat";
      settings.put("exponentWidth", f.exponentWidth()).put("exponentBias", f.bias());
    } else if (format instanceof NumberFormat.DenormFloat f) {
      method = "dmf";
      settings.put("exponentWidth", f.exponentWidth()).put("exponentBias", f.bias());
    } else if (format instanceof NumberFormat.Logarithm f) {
      method = "log";
      settings.put("exponentBias", f.bias());
    } else if (format instanceof NumberFormat.FixedPoint f) {
      method = "int";
      settings.put("fracWidth", f.fracWidth());
    } else {
      throw new IllegalStateException("no method packs " + format);
    }
    return new Packing(method, settings);
  }
}
