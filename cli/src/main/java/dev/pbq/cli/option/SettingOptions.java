package dev.pbq.cli.option;

import dev.pbq.cli.console.OptionNames;
import dev.pbq.core.quant.MethodCatalog;
import dev.pbq.core.quant.QuantizerProvider;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options made from the descriptions of settings. An option that several methods have is made once;
 * its description names them all.
 */
public final class SettingOptions {
  /** A setting of one method. */
  private record Use(String method, SettingDescription setting) {}

  private SettingOptions() {}

  /** One option for each setting that any of the methods has, by camel-case name. */
  public static Map<String, OptionSpec> ofAll(MethodCatalog methods) {
    Map<String, List<Use>> uses = new LinkedHashMap<>();
    for (QuantizerProvider.Method method : methods.methods()) {
      for (SettingDescription setting : methods.settings(method.name())) {
        uses.computeIfAbsent(setting.name(), name -> new ArrayList<>())
            .add(new Use(method.name(), setting));
      }
    }
    Map<String, OptionSpec> options = new LinkedHashMap<>();
    uses.forEach((name, of) -> options.put(name, shared(of)));
    return options;
  }

  /** The option of a setting as one method has it, for that method's help. */
  public static OptionSpec of(SettingDescription setting) {
    return option(List.of(setting), describe(setting));
  }

  /** What a setting does, what it accepts and what it is by default, in one sentence. */
  public static String describe(SettingDescription setting) {
    List<String> facts = new ArrayList<>();
    String numbers = setting.range().map(Object::toString).orElse("");
    if (!numbers.isEmpty()) {
      facts.add(numbers);
    }
    facts.add(OptionNames.byDefault(setting));
    return OptionNames.spell(setting.help()) + " (" + String.join("; ", facts) + ").";
  }

  private static OptionSpec shared(List<Use> uses) {
    Map<String, List<String>> methods = new LinkedHashMap<>();
    for (Use use : uses) {
      if (use.setting().isUsedBy(use.method())) {
        methods
            .computeIfAbsent(describe(use.setting()), text -> new ArrayList<>())
            .add(use.method());
      }
    }
    String description =
        methods.entrySet().stream()
            .map(e -> String.join(", ", e.getValue()) + ": " + e.getKey())
            .collect(Collectors.joining(" "));
    return option(uses.stream().map(Use::setting).toList(), description);
  }

  private static OptionSpec option(List<SettingDescription> settings, String description) {
    Set<String> names = new LinkedHashSet<>();
    Set<String> words = new LinkedHashSet<>();
    for (SettingDescription setting : settings) {
      names.add(OptionNames.of(setting.name()));
      setting.aliases().forEach(alias -> names.add("--" + alias));
      words.addAll(setting.words());
    }
    OptionSpec.Builder option =
        OptionSpec.builder(names.toArray(String[]::new))
            .description(description.replace("%", "%%"))
            .paramLabel(settings.get(0).label());
    if (!words.isEmpty()) {
      option.completionCandidates(words);
    }
    Set<SettingType> types =
        settings.stream()
            .map(SettingDescription::type)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (types.equals(Set.of(SettingType.FLAG))) {
      return option
          .type(Boolean.class)
          .arity("0")
          .negatable(settings.stream().anyMatch(SettingDescription::negatable))
          .build();
    }
    if (types.contains(SettingType.FLAG)) {
      // What is a switch of one method and takes a value in another.
      option.fallbackValue("true");
    }
    return option
        .type(javaType(types))
        .arity(types.contains(SettingType.FLAG) ? "0..1" : "1")
        .build();
  }

  /** The type by which a value that makes no sense is refused. */
  private static Class<?> javaType(Set<SettingType> types) {
    if (types.equals(Set.of(SettingType.INTEGER))) {
      return Integer.class;
    }
    if (types.equals(Set.of(SettingType.NUMBER))) {
      return Double.class;
    }
    return types.equals(Set.of(SettingType.INTEGER, SettingType.NUMBER))
        ? BigDecimal.class
        : String.class;
  }
}
