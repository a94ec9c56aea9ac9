package dev.pbq.cli;

import dev.pbq.cli.console.OptionNames;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingRange.Interval;
import dev.pbq.core.quant.SettingType;
import dev.pbq.core.quant.SettingValues;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What methods say of their settings is what their records do, for all methods that there are. */
class SettingsTest {
  private static final Methods METHODS = Methods.load();

  static Stream<Arguments> settings() {
    return METHODS.names().stream()
        .flatMap(
            method ->
                METHODS.settings(method).stream()
                    .filter(s -> s.isUsedBy(method))
                    .map(s -> Arguments.of(method, s.name(), s)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("settings")
  void everySettingIsDescribed(String method, String name, SettingDescription setting) {
    assertThat(setting.help().toString()).isNotEmpty().doesNotEndWith(".").doesNotContain("--");
    assertThat(METHODS.names()).containsAll(setting.methods());
    List<String> others = METHODS.settings(method).stream().map(s -> s.name()).toList();
    assertThat(others).containsAll(setting.help().names()).containsAll(setting.byDefault().names());
    if (setting.type() == SettingType.INTEGER || setting.type() == SettingType.NUMBER) {
      assertThat(setting.accepted()).as("what %s accepts", name).isNotEmpty();
    }
    if (setting.negatable()) {
      assertThat(setting.type()).isEqualTo(SettingType.FLAG);
    }
  }

  /** A default is a value, a value with exceptions after ", or", or a rule that names others. */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("settings")
  void theDefaultIsWhatTheRecordTakes(String method, String name, SettingDescription setting) {
    if (setting.required()) {
      assertThatThrownBy(() -> METHODS.configure(method, empty()))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining(name + " is required");
      return;
    }
    String text = setting.byDefault().toString();
    boolean hasExceptions = text.contains(", or ");
    if (hasExceptions || !setting.byDefault().names().isEmpty()) {
      assertThat(setting.byDefault().names()).as("what %s depends on", name).isNotEmpty();
    }
    if (!hasExceptions && !setting.byDefault().names().isEmpty()) {
      return;
    }
    String value = text.split(", or ", -1)[0];
    ObjectNode complete = METHODS.configure(method, required(method)).settings();
    if (value.equals("none") && !setting.words().contains("none")) {
      assertThat(complete.has(name)).isFalse();
      return;
    }
    ObjectNode given = required(method);
    SettingValues.put(given, name, value);
    assertThat(METHODS.configure(method, given).settings()).isEqualTo(complete);
    assertThat(complete.has(name)).isTrue();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("settings")
  void whatIsOutsideTheRangeIsRefused(String method, String name, SettingDescription setting) {
    if (setting.range().isEmpty()) {
      return;
    }
    double step = setting.type() == SettingType.NUMBER ? 1e-6 : 1;
    List<Double> samples = new ArrayList<>();
    for (Interval interval : setting.range().get().intervals()) {
      for (double bound : new double[] {interval.min(), interval.max()}) {
        if (Double.isFinite(bound)) {
          samples.addAll(List.of(bound - step, bound, bound + step));
        }
      }
    }
    assertThat(samples).isNotEmpty();
    for (double sample : samples) {
      ObjectNode given = required(method);
      put(given, setting, sample);
      if (setting.range().get().contains(sample)) {
        METHODS.configure(method, given);
      } else {
        assertThatThrownBy(() -> METHODS.configure(method, given))
            .as("%s = %s", name, sample)
            .isInstanceOfSatisfying(
                PbqException.class,
                e -> {
                  assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE);
                  assertThat(OptionNames.message(e)).contains("--");
                });
      }
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("settings")
  void theWordsAreTheOnlyOnes(String method, String name, SettingDescription setting) {
    if (setting.words().isEmpty()) {
      return;
    }
    for (String word : setting.words()) {
      ObjectNode given = required(method);
      SettingValues.put(given, name, word);
      try {
        METHODS.configure(method, given);
      } catch (PbqException e) {
        // A word may need another setting; then the message says which.
        assertThat(e).hasMessageContaining("need");
      }
    }
    if (setting.type() == SettingType.WORD) {
      assertThatThrownBy(() -> METHODS.configure(method, required(method).put(name, "nonsense")))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining(name);
    }
  }

  private static void put(ObjectNode settings, SettingDescription setting, double value) {
    switch (setting.type()) {
      case INTEGER -> settings.put(setting.name(), (int) value);
      case TEXT -> settings.put(setting.name(), Integer.toString((int) value));
      default -> settings.put(setting.name(), value);
    }
  }

  private static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** What a method cannot do without. */
  private static ObjectNode required(String method) {
    ObjectNode settings = empty();
    METHODS.settings(method).stream()
        .filter(SettingDescription::required)
        .forEach(s -> settings.put(s.name(), 0.9));
    return settings;
  }
}
