package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.MethodCatalog;
import dev.pbq.core.quant.QuantizerProvider;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingsReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * The registry of all training methods on the class path.
 *
 * <pre>{@code
 * ObjectNode settings = JsonNodeFactory.instance.objectNode().put("salientFrac", 0.1);
 * try (TrainingMethod method = TrainingMethods.load().configure("pb-qat", settings)) { ... }
 * }</pre>
 */
public final class TrainingMethods implements MethodCatalog {
  private final Map<String, TrainingMethodProvider<?>> providers = new LinkedHashMap<>();

  private TrainingMethods() {}

  /**
   * The methods that {@link ServiceLoader} finds on the class path.
   *
   * @throws PbqException BAD_DATA if two providers have a method of the same name
   */
  public static TrainingMethods load() {
    TrainingMethods found = new TrainingMethods();
    for (TrainingMethodProvider<?> provider : ServiceLoader.load(TrainingMethodProvider.class)) {
      String name = provider.method().name();
      if (found.providers.put(name, provider) != null) {
        throw PbqException.badData(
            "two jars on the class path have a training method '" + name + "'");
      }
    }
    return found;
  }

  @Override
  public List<QuantizerProvider.Method> methods() {
    return providers.values().stream().map((TrainingMethodProvider<?> p) -> p.method()).toList();
  }

  @Override
  public List<Group> groups() {
    return List.of(new Group("Training (pbq train)", methods()));
  }

  @Override
  public List<SettingDescription> settings(String method) {
    TrainingMethodProvider<?> provider = providers.get(method);
    return provider == null ? List.of() : SettingDescription.of(provider.settingsType());
  }

  /**
   * Makes a method; the caller closes it.
   *
   * @param settings by camel-case name; what is missing takes the method's default
   * @throws PbqException USAGE for an unknown method, a setting that it does not have, or a bad
   *     value; whatever opening a start that the settings name throws
   */
  public TrainingMethod configure(String method, ObjectNode settings) {
    require(method);
    return make(providers.get(method), settings);
  }

  private static <S extends Record> TrainingMethod make(
      TrainingMethodProvider<S> provider, ObjectNode given) {
    S settings = SettingsReader.read(provider.method().name(), provider.settingsType(), given);
    return provider.create(settings);
  }
}
