package dev.pbq.formats.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.formats.arithmetic.BlockShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A configuration with one format for all operands, from the settings of the method that quantizes
 * weights to it: {@code bfp} with 4 bits gives 4 bits for weights, biases and activations. What the
 * settings do not say is as in the shipped configuration of the format.
 */
public final class UniformConfig {
  private static final Map<String, String> PARAMETERS = parameters();

  private static final List<OperandRole> ROLES =
      List.of(OperandRole.DATA_IN, OperandRole.WEIGHT, OperandRole.BIAS);

  private UniformConfig() {}

  private static Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("bits", "width");
    parameters.put("exponentWidth", "exponent_width");
    parameters.put("exponentBias", FormatKind.EXPONENT_BIAS);
    parameters.put("exponentBiasWidth", "exponent_bias_width");
    parameters.put("block", FormatKind.BLOCK_SIZE);
    return parameters;
  }

  /** The shipped configuration that a method's format is in; empty if it is no number format. */
  private static Optional<String> preset(String method) {
    return Optional.of(method + "-w8a8").filter(Presets.names()::contains);
  }

  /** Whether a method of this name quantizes to a number format. */
  public static boolean knows(String method) {
    return preset(method).isPresent();
  }

  /**
   * The configuration of a method.
   *
   * @param method its name: bfp, bmf, bl, minifloat, dmf, log, int
   * @param settings complete, by camel-case name, and checked by the method
   * @throws PbqException USAGE if activations cannot have what weights can
   */
  public static QuantConfig of(String method, ObjectNode settings) {
    ObjectNode tables = Presets.of(preset(method).orElseThrow()).toJson();
    ObjectNode section = (ObjectNode) tables.get("default");
    PARAMETERS.forEach(
        (setting, parameter) -> {
          JsonNode value = settings.path(setting);
          for (OperandRole role : ROLES) {
            String key = role.prefix() + parameter;
            if (!value.isMissingNode() && section.has(key)) {
              section.set(
                  key, parameter.equals(FormatKind.BLOCK_SIZE) ? blocks(role, value) : value);
            }
          }
        });
    JsonNode places = settings.path("fracWidth");
    if (!places.isMissingNode()) {
      section.put(OperandRole.WEIGHT.prefix() + "frac_width", places(places));
    }
    return QuantConfig.of(tables, method);
  }

  /** Biases have one dimension. */
  private static ArrayNode blocks(OperandRole role, JsonNode value) {
    List<Integer> sizes = BlockShape.of(value).sizes();
    int from = role == OperandRole.BIAS ? sizes.size() - 1 : 0;
    ArrayNode blocks = JsonNodeFactory.instance.arrayNode();
    sizes.subList(from, sizes.size()).forEach(blocks::add);
    return blocks;
  }

  private static int places(JsonNode value) {
    if (!value.asText().matches("-?\\d{1,9}")) {
      throw PbqException.setting(
          "{fracWidth} %s: the binary places of weights that are trained do not follow the weights;"
              + " give a number",
          value.asText());
    }
    return Integer.parseInt(value.asText());
  }
}
