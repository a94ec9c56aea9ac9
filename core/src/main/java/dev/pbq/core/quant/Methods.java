package dev.pbq.core.quant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The registry of all methods on the class path; makes a quantizer of a method's name and settings.
 */
public final class Methods {
  /**
   * A method with its settings.
   *
   * @param quantizer ready to use
   * @param settings the complete settings, defaults included, as they are stored
   */
  public record Configured(Quantizer quantizer, ObjectNode settings) {}

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Map<String, QuantizerProvider<?>> providers = new LinkedHashMap<>();
  private final List<QuantizerProvider.Method> methods = new ArrayList<>();

  /** Finds the methods by {@link ServiceLoader}. */
  public static Methods load() {
    Methods registry = new Methods();
    for (QuantizerProvider<?> provider : ServiceLoader.load(QuantizerProvider.class)) {
      for (QuantizerProvider.Method method : provider.methods()) {
        registry.providers.put(method.name(), provider);
        registry.methods.add(method);
      }
    }
    return registry;
  }

  /** All methods, in the order of their providers. */
  public List<QuantizerProvider.Method> methods() {
    return List.copyOf(methods);
  }

  /** The names of a method's settings; none if there is no such method. */
  public List<String> settings(String method) {
    QuantizerProvider<?> provider = providers.get(method);
    return provider == null
        ? List.of()
        : Arrays.stream(provider.settingsType().getRecordComponents())
            .map(RecordComponent::getName)
            .toList();
  }

  /** Whether there is a method with a setting. */
  public boolean has(String method, String setting) {
    return settings(method).contains(setting);
  }

  /**
   * Makes a quantizer.
   *
   * @param options camel-case settings given by the user; what is missing takes the method's
   *     default
   * @throws PbqException USAGE for an unknown method, an option that it does not have, or a bad
   *     value
   */
  public Configured configure(String method, ObjectNode options) {
    QuantizerProvider<?> provider = providers.get(method);
    if (provider == null) {
      throw PbqException.usage(
          "there is no method '"
              + method
              + "'; there are "
              + String.join(", ", new TreeSet<>(providers.keySet())));
    }
    return configure(provider, method, options);
  }

  private static <S extends Record> Configured configure(
      QuantizerProvider<S> provider, String method, ObjectNode options) {
    List<String> known =
        Arrays.stream(provider.settingsType().getRecordComponents())
            .map(RecordComponent::getName)
            .toList();
    options
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw PbqException.usage(
                    "method "
                        + method
                        + " has no option "
                        + option(name)
                        + "; it has "
                        + known.stream().map(Methods::option).collect(Collectors.joining(", ")));
              }
            });
    try {
      S settings = JSON.treeToValue(options, provider.settingsType());
      return new Configured(provider.create(method, settings), JSON.valueToTree(settings));
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof PbqException mistake) {
        throw mistake;
      }
      String where =
          e.getPath().isEmpty() ? "" : " for " + option(e.getPath().get(0).getFieldName());
      throw PbqException.usage(
          "method " + method + ": bad value" + where + ": " + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      throw PbqException.usage("method " + method + ": " + e.getOriginalMessage());
    }
  }

  /** {@code lowFrac} as {@code --low-frac}. */
  public static String option(String setting) {
    return "--" + SettingNames.kebabCase(setting);
  }
}
