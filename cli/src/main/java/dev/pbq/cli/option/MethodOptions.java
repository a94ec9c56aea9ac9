package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.quant.MethodCatalog;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingType;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.recipe.SettingOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * Settings of quantization methods as options, made from what the methods say of themselves. What
 * the user leaves out is left to the method's defaults, which are its paper's; what a method does
 * not have is refused by name.
 */
public final class MethodOptions {
  @Option(
      names = {"-O", "--method-option"},
      paramLabel = "KEY=VALUE",
      description = "A setting of the method by its name, whether it has an option or not.")
  private Map<String, String> others = new LinkedHashMap<>();

  private Map<String, OptionSpec> options = Map.of();
  private MethodCatalog methods;

  /**
   * Adds an option for each setting to a command, but where that has one of the name itself: such a
   * setting is reached by {@code -O} alone.
   */
  public void addTo(CommandSpec command, MethodCatalog found) {
    methods = found;
    options = new LinkedHashMap<>();
    SettingOptions.ofAll(found)
        .forEach(
            (setting, option) -> {
              if (Arrays.stream(option.names()).noneMatch(command.optionsMap()::containsKey)) {
                command.addOption(option);
                options.put(setting, option);
              }
            });
  }

  /** Whether an option is one of these, and none that all methods share. */
  public boolean contains(OptionSpec option) {
    return options.containsValue(option);
  }

  /** The methods that options were made for. */
  public MethodCatalog methods() {
    return methods;
  }

  /** The settings that the user gave, by camel-case name. */
  public ObjectNode given() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    options.keySet().stream()
        .sorted(SettingOrder.BY_RECIPE)
        .forEach(
            setting -> {
              Object value = options.get(setting).getValue();
              if (value != null) {
                put(node, setting, value);
              }
            });
    others.forEach((key, value) -> SettingValues.put(node, key, value));
    return node;
  }

  private void put(ObjectNode node, String setting, Object value) {
    if (setting.equals(ActFormat.SETTING)) {
      node.set(setting, ActFormat.read(value.toString()).toJson());
    } else if (value instanceof Boolean flag) {
      node.put(setting, flag);
    } else if (value instanceof Integer number) {
      node.put(setting, number);
    } else if (value instanceof Double number) {
      node.put(setting, number);
    } else if (all(setting, SettingType.WORD)) {
      node.put(setting, value.toString().toLowerCase(Locale.ROOT));
    } else if (all(setting, SettingType.TEXT)) {
      node.put(setting, value.toString());
    } else {
      SettingValues.put(node, setting, value.toString());
    }
  }

  /** Whether every method that has the setting has it with this type. */
  private boolean all(String setting, SettingType type) {
    return methods.names().stream()
        .flatMap(method -> methods.settings(method).stream())
        .filter(description -> description.name().equals(setting))
        .map(SettingDescription::type)
        .allMatch(type::equals);
  }
}
