package dev.pbq.formats.config;

import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.arithmetic.TensorFormat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A configuration resolved to every operation of one model. Immutable. */
public final class ModelFormats {
  private static final String LINEAR = "linear";
  private static final String ROTARY = "rotary_positional_encoding";

  private final Architecture architecture;
  private final Rules rules;
  private final List<Map<String, OperationFormats>> layers = new ArrayList<>();

  /**
   * Resolves a configuration.
   *
   * @param layers how many the model has
   * @throws PbqException USAGE naming section and key, if an operation lacks a key, or the
   *     configuration names layers or operations that the model does not have
   */
  public ModelFormats(QuantConfig config, Architecture architecture, int layers, Rules rules) {
    this.architecture = architecture;
    this.rules = rules;
    requireNames(config, architecture, layers);
    // As in the reference, the general sections must be complete even where each layer has its own.
    linear(config.section(LINEAR));
    product(config.section(architecture.productSection()));
    architecture.rotary().ifPresent(path -> tables(config.section(ROTARY)));
    for (int i = 0; i < layers; i++) {
      Map<String, OperationFormats> operations = new TreeMap<>();
      for (String path : architecture.linears()) {
        operations.put(path, linear(config.section(i, path, LINEAR)));
      }
      for (String path : List.of(architecture.scores(), architecture.context())) {
        operations.put(path, product(config.section(i, path, architecture.productSection())));
      }
      int layer = i;
      architecture
          .rotary()
          .ifPresent(path -> operations.put(path, tables(config.section(layer, path, ROTARY))));
      this.layers.add(operations);
    }
  }

  private static void requireNames(QuantConfig config, Architecture architecture, int layers) {
    for (int layer : config.layers()) {
      if (layer >= layers) {
        throw PbqException.usage(
            config.where()
                + ": [model_layer_"
                + layer
                + "] is no layer of this model, whose last is [model_layer_"
                + (layers - 1)
                + "]");
      }
    }
    Set<String> known = architecture.paths();
    config
        .named()
        .forEach(
            (path, section) -> {
              if (!known.contains(path)) {
                throw PbqException.usage(
                    section.where()
                        + " is no operation of this model; the nearest is "
                        + NearestName.of(path, known));
              }
            });
  }

  public Architecture architecture() {
    return architecture;
  }

  public int layers() {
    return layers.size();
  }

  /**
   * The formats of an operation.
   *
   * @param path one of the architecture's
   */
  public OperationFormats operation(int layer, String path) {
    OperationFormats formats = layers.get(layer).get(path);
    if (formats == null) {
      throw new IllegalArgumentException(architecture + " has no operation " + path);
    }
    return formats;
  }

  private OperationFormats linear(ConfigSection section) {
    if (section.bypass()) {
      return new OperationFormats(section.where(), true, Map.of());
    }
    section.requirePostTraining("a linear layer");
    Map<OperandRole, TensorFormat> formats = new EnumMap<>(OperandRole.class);
    put(formats, section, OperandRole.DATA_IN, "a linear layer");
    put(formats, section, OperandRole.WEIGHT, "a linear layer");
    if (section.operands().containsKey(OperandRole.BIAS)) {
      put(formats, section, OperandRole.BIAS, "a bias");
    }
    return new OperationFormats(section.where(), false, formats);
  }

  private OperationFormats product(ConfigSection section) {
    if (section.bypass()) {
      return new OperationFormats(section.where(), true, Map.of());
    }
    Map<OperandRole, TensorFormat> formats = new EnumMap<>(OperandRole.class);
    put(formats, section, OperandRole.DATA_IN, "a product of attention");
    put(formats, section, OperandRole.WEIGHT, "a product of attention");
    if (rules == Rules.COMPAT && section.kind() == FormatKind.BLOCK_LOG) {
      // The reference leaves the right operand as it is.
      formats.remove(OperandRole.WEIGHT);
    }
    return new OperationFormats(section.where(), false, formats);
  }

  private OperationFormats tables(ConfigSection section) {
    // The reference quantizes the tables in block_fp whatever bypass says.
    boolean deaf = rules == Rules.COMPAT && section.kind() == FormatKind.BLOCK_FP;
    if (section.bypass() && !deaf) {
      return new OperationFormats(section.where(), true, Map.of());
    }
    Map<OperandRole, TensorFormat> formats = new EnumMap<>(OperandRole.class);
    put(formats, section, OperandRole.DATA_IN, "the rotary embedding");
    return new OperationFormats(section.where(), false, formats);
  }

  private void put(
      Map<OperandRole, TensorFormat> formats,
      ConfigSection section,
      OperandRole role,
      String operation) {
    OperandSpec spec = section.require(role, operation);
    formats.put(role, new TensorFormat(spec.format(), spec.blocks(), rules));
  }
}
