package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.quant.MethodCatalog;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.QuantizerProvider.Method;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingNames;
import dev.pbq.train.method.TrainingMethods;
import dev.pbq.train.run.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@code docs/settings.md} says of every setting what its method says. */
class SettingsDocTest {
  private static final Path FILE = Path.of("../docs/settings.md");

  /** With this system property the file is written instead. */
  private static final String WRITE = "pbq.write";

  @Test
  void theDocumentIsUpToDate() throws IOException {
    String text = document(Methods.load());
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(FILE, text);
    }
    assertThat(Files.exists(FILE) ? Files.readString(FILE) : "")
        .as(
            "docs/settings.md is out of date; write it anew with"
                + " mvn -pl cli -am -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest=SettingsDocTest -D"
                + WRITE
                + "=true package")
        .isEqualTo(text);
  }

  private static String document(Methods methods) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Settings of the methods

        Made from what the methods say of themselves (`@Setting` in their settings records); `pbq methods METHOD` prints the same. A key
        stands in a recipe's `[settings]` and `[[override]]`, after `-O`, in `--override` and in `pbq compare --methods METHOD:KEY=VALUE`;
        as an option of `pbq quantize` it has `--` before it, and a Java program knows it in camel case.
        """);
    groups(text, methods);
    groups(text, TrainingMethods.load());
    text.append(
        "\n### How long and how fast\n\nA training recipe's `[training]`, and the options of");
    text.append(" `pbq train` and `pbq tune`.\n");
    rows(text, SettingDescription.of(TrainingPlan.class));
    keys(text, methods);
    return text.toString();
  }

  private static void groups(StringBuilder text, MethodCatalog methods) {
    for (MethodCatalog.Group group : methods.groups()) {
      text.append("\n## ").append(group.name()).append("\n\n");
      for (Method method : group.methods()) {
        text.append("- `").append(method.name()).append("`: ").append(method.summary());
        text.append('\n');
      }
      byMethods(methods, group).forEach((names, settings) -> table(text, names, settings));
    }
  }

  /** Methods of a group that have the same settings, and these. */
  private static Map<String, List<SettingDescription>> byMethods(
      MethodCatalog methods, MethodCatalog.Group group) {
    Map<List<SettingDescription>, List<String>> same = new LinkedHashMap<>();
    for (Method method : group.methods()) {
      same.computeIfAbsent(methods.settings(method.name()), s -> new ArrayList<>())
          .add("`" + method.name() + "`");
    }
    Map<String, List<SettingDescription>> tables = new LinkedHashMap<>();
    same.forEach((settings, names) -> tables.put(String.join(" ", names), settings));
    return tables;
  }

  private static void table(StringBuilder text, String names, List<SettingDescription> settings) {
    text.append("\n### ").append(names).append("\n");
    rows(text, settings);
  }

  private static void rows(StringBuilder text, List<SettingDescription> settings) {
    text.append('\n');
    text.append("| key | what it does | accepts | default |\n| --- | --- | --- | --- |\n");
    for (SettingDescription setting : settings) {
      String symbol = setting.symbol().isEmpty() ? "" : " (" + setting.symbol() + ")";
      String only = setting.methods().isEmpty() ? "" : String.join(", ", setting.methods()) + ": ";
      String accepts =
          switch (setting.type()) {
            case FLAG -> "true, false";
            case OTHER -> setting.label();
            default -> setting.accepted();
          };
      text.append("| `").append(setting.kebabName()).append('`').append(symbol);
      setting.aliases().forEach(alias -> text.append(", also `--").append(alias).append('`'));
      text.append(" | ").append(only).append(cell(setting.help().spelled(SettingsDocTest::key)));
      text.append(" | ").append(cell(accepts));
      text.append(" | ");
      text.append(
          setting.required()
              ? "must be given"
              : cell(setting.byDefault().spelled(SettingsDocTest::key)));
      text.append(" |\n");
    }
  }

  private static void keys(StringBuilder text, Methods methods) {
    Map<String, List<String>> byKey = new TreeMap<>();
    for (Method method : methods.methods()) {
      for (SettingDescription setting : methods.settings(method.name())) {
        if (setting.isUsedBy(method.name())) {
          byKey.computeIfAbsent(setting.kebabName(), k -> new ArrayList<>()).add(method.name());
        }
      }
    }
    text.append("\n## All keys\n\n| key | methods |\n| --- | --- |\n");
    byKey.forEach(
        (key, names) ->
            text.append("| `")
                .append(key)
                .append("` | ")
                .append(String.join(" ", names))
                .append(" |\n"));
  }

  private static String key(String setting, boolean off) {
    String key = SettingNames.kebabCase(setting);
    return off ? "`" + key + "` = false" : "`" + key + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
