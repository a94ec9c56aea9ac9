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

/** Options made from what a record of settings says of itself. */
public final class PlanOptions {
  private final Class<? extends Record> settings;
  private final Map<String, OptionSpec> options = new LinkedHashMap<>();

  /** Of how long and how fast a training runs. */
  public PlanOptions() {
    this(TrainingPlan.class);
  }

  /** Of any record. */
  public PlanOptions(Class<? extends Record> settings) {
    this.settings = settings;
  }

  /** Adds the options to a command, but some. */
  public void addTo(CommandSpec command, String... without) {
    List<String> left = Arrays.asList(without);
    for (SettingDescription setting : SettingDescription.of(settings)) {
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
