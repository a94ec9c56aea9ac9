package dev.pbq.core.quant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.json.JsonFaults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;

/**
 * The quantization methods that there are, and the one way from settings by name to a quantizer.
 * Immutable; for use by several threads.
 *
 * <pre>{@code
 * Methods methods = Methods.load();
 * ObjectNode settings = JsonNodeFactory.instance.objectNode().put("bits", 3);
 * Quantizer quantizer = methods.configure("gptq", settings).quantizer();
 * }</pre>
 */
public final class Methods {
  /**
   * A method with its settings.
   *
   * @param quantizer ready to use
   * @param settings the complete settings, defaults included, as they are stored
   */
  public record Configured(Quantizer quantizer, ObjectNode settings) {}

  /**
   * Methods that belong together in a list.
   *
   * @param name of the group
   * @param methods in the order of their providers
   */
  public record Group(String name, List<QuantizerProvider.Method> methods) {
    public Group {
      methods = List.copyOf(methods);
    }
  }

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Map<String, QuantizerProvider<?>> providers;
  private final List<QuantizerProvider.Method> methods;
  private final List<Group> groups;

  private Methods(Iterable<? extends QuantizerProvider<?>> found) {
    Map<String, QuantizerProvider<?>> byName = new LinkedHashMap<>();
    List<QuantizerProvider.Method> all = new ArrayList<>();
    Map<String, List<QuantizerProvider.Method>> byGroup = new LinkedHashMap<>();
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

  /** All methods, in the order of their providers. */
  public List<QuantizerProvider.Method> methods() {
    return methods;
  }

  /** All methods, in groups. */
  public List<Group> groups() {
    return groups;
  }

  /** All names, in the order of the providers. */
  public List<String> names() {
    return methods.stream().map(QuantizerProvider.Method::name).toList();
  }

  /** The description of a method. */
  public Optional<QuantizerProvider.Method> method(String name) {
    return methods.stream().filter(m -> m.name().equals(name)).findFirst();
  }

  /**
   * Refuses the name of a method that there is not.
   *
   * @throws PbqException USAGE naming the nearest method
   */
  public void require(String name) {
    if (!providers.containsKey(name)) {
      throw PbqException.usage(
          "there is no method '" + name + "'; the nearest is " + NearestName.of(name, names()));
    }
  }

  /**
   * All that a method's settings may hold, in the order of the record; none if there is no such
   * method. Some may have no effect on it: {@link SettingDescription#isUsedBy}.
   */
  public List<SettingDescription> settings(String method) {
    QuantizerProvider<?> provider = providers.get(method);
    return provider == null ? List.of() : SettingDescription.of(provider.settingsType());
  }

  /** Whether there is a method with a setting. */
  public boolean has(String method, String setting) {
    return settings(method).stream().anyMatch(s -> s.name().equals(setting));
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
    requireKnown(method, SettingDescription.of(provider.settingsType()), given);
    try {
      S settings = JSON.treeToValue(given, provider.settingsType());
      return new Configured(provider.create(method, settings), JSON.valueToTree(settings));
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof PbqException refused) {
        throw refused;
      }
      String field = e.getPath().isEmpty() ? null : e.getPath().get(0).getFieldName();
      Wording where = field == null ? Wording.text("") : Wording.of(" for %s", Wording.name(field));
      throw PbqException.setting("method %s: bad value%s: %s", method, where, JsonFaults.of(e));
    } catch (JsonProcessingException e) {
      throw PbqException.usage("method " + method + ": " + JsonFaults.of(e));
    }
  }

  private static void requireKnown(
      String method, List<SettingDescription> known, ObjectNode given) {
    List<String> names = known.stream().map(SettingDescription::name).toList();
    given
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!names.contains(name)) {
                throw PbqException.setting(
                    "method %s has no option %s; it has %s",
                    method,
                    Wording.name(name),
                    Wording.join(", ", names.stream().map(Wording::name).toList()));
              }
            });
  }
}
