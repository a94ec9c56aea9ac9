package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.train.run.TrainingPlan;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** How long and how fast a training runs, as options made from what {@link TrainingPlan} says. */
public final class PlanOptions {
  private final Map<String, OptionSpec> options = new LinkedHashMap<>();

  /** Adds the options to a command, but some. */
  public void addTo(CommandSpec command, String... without) {
    List<String> left = Arrays.asList(without);
    for (SettingDescription setting : SettingDescription.of(TrainingPlan.class)) {
      if (!left.contains(setting.name())) {
        OptionSpec option = SettingOptions.of(setting);
        command.addOption(option);
        options.put(setting.name(), option);
      }
    }
  }

  /** What the user gave, by camel-case name. */
  public ObjectNode given() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    options.forEach(
        (name, option) -> {
          if (option.getValue() != null) {
            SettingValues.put(node, name, option.getValue().toString());
          }
        });
    return node;
  }
}
