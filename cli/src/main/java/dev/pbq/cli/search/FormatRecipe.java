package dev.pbq.cli.search;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.formats.arithmetic.TensorFormat;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.OperandRole;
import dev.pbq.formats.config.QuantConfig;
import dev.pbq.workflow.recipe.LayerChoice;
import dev.pbq.workflow.recipe.LayerOverride;
import dev.pbq.workflow.recipe.Recipe;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How {@code quantize} packs a model's weights in the formats of a configuration: the method and
 * settings of most layers, what differs layer by layer, and the configuration itself for the
 * activations.
 */
final class FormatRecipe {
  /** The widest code that packed weights have. */
  private static final int WIDEST = 8;

  private FormatRecipe() {}

  /** A method with its settings. */
  private record Packing(String method, ObjectNode settings) {}

  /**
   * Finds the recipe.
   *
   * @param formats what the configuration gives for the model
   * @param linears full names of all linears of each layer by their path, for every layer
   * @return empty if the configuration packs no weights, or has weights of more than 8 bits
   */
  static Optional<Recipe> of(
      QuantConfig config, ModelFormats formats, List<Map<String, String>> linears) {
    Map<String, Packing> packings = new LinkedHashMap<>();
    List<String> skip = new ArrayList<>();
    for (int layer = 0; layer < formats.layers(); layer++) {
      for (Map.Entry<String, String> linear : linears.get(layer).entrySet()) {
        Optional<TensorFormat> weight =
            formats.operation(layer, linear.getKey()).of(OperandRole.WEIGHT);
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
    List<LayerOverride> overrides = new ArrayList<>();
    packings.forEach(
        (name, packing) -> {
          if (!packing.equals(main)) {
            Optional<String> method =
                packing.method().equals(main.method())
                    ? Optional.empty()
                    : Optional.of(packing.method());
            overrides.add(new LayerOverride(pattern(name), method, packing.settings()));
          }
        });
    return Optional.of(
        Recipe.of(main.method())
            .withMethod(main.method(), main.settings())
            .withActFormat(Optional.of(config))
            .withLayers(LayerChoice.skipping(skip), overrides));
  }

  /** Found in this name alone. */
  private static String pattern(String name) {
    return "^" + name.replace(".", "\\.") + "$";
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
    return format.match(new Methods(settings));
  }

  /** The method that packs each format; adds what describes the format to the settings. */
  private record Methods(ObjectNode settings) implements NumberFormat.Cases<Packing> {
    @Override
    public Packing blockFloat(NumberFormat.BlockFloat f) {
      settings.put("exponentWidth", f.exponentWidth()).put("exponentBias", f.bias());
      return new Packing("bfp", settings);
    }

    @Override
    public Packing blockMiniFloat(NumberFormat.BlockMiniFloat f) {
      settings.put("exponentWidth", f.exponentWidth()).put("exponentBiasWidth", f.biasWidth());
      return new Packing("bmf", settings);
    }

    @Override
    public Packing blockLogarithm(NumberFormat.BlockLogarithm f) {
      settings.put("exponentBiasWidth", f.biasWidth());
      return new Packing("bl", settings);
    }

    @Override
    public Packing miniFloat(NumberFormat.MiniFloat f) {
      settings.put("exponentWidth", f.exponentWidth()).put("exponentBias", f.bias());
      return new Packing("minifloat", settings);
    }

    @Override
    public Packing denormFloat(NumberFormat.DenormFloat f) {
      settings.put("exponentWidth", f.exponentWidth()).put("exponentBias", f.bias());
      return new Packing("dmf", settings);
    }

    @Override
    public Packing logarithm(NumberFormat.Logarithm f) {
      settings.put("exponentBias", f.bias());
      return new Packing("log", settings);
    }

    @Override
    public Packing fixedPoint(NumberFormat.FixedPoint f) {
      settings.put("fracWidth", f.fracWidth());
      return new Packing("int", settings);
    }
  }
}
