package dev.pbq.core.quant;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The registry of all methods on the class path: makes a quantizer of a method's name and settings.
 * Immutable; for use by several threads.
 *
 * <pre>{@code
 * Methods methods = Methods.load();
 * ObjectNode settings = JsonNodeFactory.instance.objectNode().put("bits", 3);
 * Quantizer quantizer = methods.configure("gptq", settings).quantizer();
 * }</pre>
 */
public final class Methods implements MethodCatalog {
  /**
   * A method with its settings.
   *
   * @param quantizer ready to use
   * @param settings the complete settings, defaults included, as they are stored
   */
  public record Configured(Quantizer quantizer, ObjectNode settings) {}

  private final Map<String, QuantizerProvider<?>> providers;
  private final List<QuantizerProvider.Method> methods;
  private final List<Group> groups;

  private Methods(Iterable<? extends QuantizerProvider<?>> found) {
    Map<String, QuantizerProvider<?>> byName = new LinkedHashMap<>();
    List<QuantizerProvider.Method> all = new ArrayList<>();
    Map<String, List<QuantizerProvider.Method>> byGroup = new TreeMap<>();
    for (QuantizerProvider<?> provider : found) {
      for (QuantizerProvider.Method method : provider.methods()) {
        if (byName.put(method.name(), provider) != null) {
          throw PbqException.badData(
              "two jars on the class path have a method '" + method.name() + "'");
        }
        all.add(method);
        byGroup.computeIfAbsent(provider.group(), g -> new ArrayList<>()).add(method);
      }
    }
    this.providers = Collections.unmodifiableMap(byName);
    this.methods = List.copyOf(all);
    this.groups =
        byGroup.entrySet().stream().map(e -> new Group(e.getKey(), e.getValue())).toList();
  }

  /**
   * The methods that {@link ServiceLoader} finds on the class path.
   *
   * @throws PbqException BAD_DATA if two providers have a method of the same name
   */
  public static Methods load() {
    List<QuantizerProvider<?>> found = new ArrayList<>();
    ServiceLoader.load(QuantizerProvider.class).forEach(found::add);
    return new Methods(found);
  }

  @Override
  public List<QuantizerProvider.Method> methods() {
    return methods;
  }

  @Override
  public List<Group> groups() {
    return groups;
  }

  @Override
  public List<SettingDescription> settings(String method) {
    QuantizerProvider<?> provider = providers.get(method);
    return provider == null ? List.of() : SettingDescription.of(provider.settingsType());
  }

  /**
   * Settings of a method for a table of rows that are looked up one at a time, or give one logit
   * each; a fresh object.
   *
   * @param calibrated whether there is a Hessian of what the rows are multiplied with
   * @return by camel-case name; none where the defaults will do, or there is no such method
   */
  public ObjectNode tableSettings(String method, boolean calibrated) {
    QuantizerProvider<?> provider = providers.get(method);
    return provider == null
        ? JsonNodeFactory.instance.objectNode()
        : provider.tableSettings(calibrated);
  }

  /**
   * Makes a quantizer.
   *
   * @param settings by camel-case name; what is missing takes the method's default
   * @throws PbqException USAGE for an unknown method, a setting that it does not have, or a bad
   *     value
   */
  public Configured configure(String method, ObjectNode settings) {
    QuantizerProvider<?> provider = providers.get(method);
    if (provider == null) {
      throw PbqException.usage(
          "there is no method '"
              + method
              + "'; there are "
              + String.join(", ", new TreeSet<>(providers.keySet())));
    }
    return configure(provider, method, settings);
  }

  private static <S extends Record> Configured configure(
      QuantizerProvider<S> provider, String method, ObjectNode given) {
    S settings = SettingsReader.read(method, provider.settingsType(), given);
    return new Configured(provider.create(method, settings), SettingsReader.write(settings));
  }
}
