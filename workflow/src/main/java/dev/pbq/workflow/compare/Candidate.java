package dev.pbq.workflow.compare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.core.quant.SettingNames;
import dev.pbq.workflow.recipe.Recipe;
import java.util.Locale;
import java.util.Map;

/**
 * One quantization to be compared.
 *
 * @param label what it is called in the table
 * @param recipe how it is made; it evaluates nothing, which is the comparison's part
 * @param fingerprint of everything that shapes the result: SHA-256, in hexadecimal
 */
public record Candidate(String label, Recipe recipe, String fingerprint) implements Entry {
  private static final int SHOWN_DIGITS = 16;
  private static final int LONGEST_NAME = 60;

  /** The method with those of its settings that are no numbers. */
  @Override
  public String series() {
    StringBuilder series = new StringBuilder(recipe.requireMethod());
    for (Map.Entry<String, JsonNode> setting : recipe.settings().properties()) {
      JsonNode value = setting.getValue();
      if (value.isTextual() || value.isBoolean()) {
        series
            .append(", ")
            .append(SettingNames.kebabCase(setting.getKey()))
            .append(' ')
            .append(value.asText());
      }
    }
    if (recipe.targets() != Targets.ORIGINAL) {
      series.append(", targets ").append(recipe.targets().name().toLowerCase(Locale.ROOT));
    }
    return series.toString();
  }

  /**
   * The name of its directory: readable, and another one whenever the result would be another one.
   */
  public String directory() {
    String words = label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
    String name = words.replaceAll("^[-.]+|[-.]+$", "");
    return (name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name)
        + "-"
        + fingerprint.substring(0, SHOWN_DIGITS);
  }
}
