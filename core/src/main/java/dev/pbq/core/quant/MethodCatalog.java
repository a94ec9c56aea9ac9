package dev.pbq.core.quant;

import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import java.util.List;
import java.util.Optional;

/** Methods with their settings, as front ends list them. */
public interface MethodCatalog {
  /**
   * Methods that belong together in a list.
   *
   * @param name of the group
   * @param methods in the order of their providers
   */
  record Group(String name, List<QuantizerProvider.Method> methods) {
    public Group {
      methods = List.copyOf(methods);
    }
  }

  /** All methods, in the order of their providers. */
  List<QuantizerProvider.Method> methods();

  /** All methods in groups, by the groups' names, whatever the order of the class path. */
  List<Group> groups();

  /**
   * All that a method's settings may hold, in the order of the record; none if there is no such
   * method. Some may have no effect on it: {@link SettingDescription#isUsedBy}.
   */
  List<SettingDescription> settings(String method);

  /** All names, in the order of the providers. */
  default List<String> names() {
    return methods().stream().map(QuantizerProvider.Method::name).toList();
  }

  /** The description of a method. */
  default Optional<QuantizerProvider.Method> method(String name) {
    return methods().stream().filter(m -> m.name().equals(name)).findFirst();
  }

  /**
   * Refuses the name of a method that there is not.
   *
   * @throws PbqException USAGE naming the nearest method
   */
  default void require(String name) {
    if (method(name).isEmpty()) {
      throw PbqException.usage(
          "there is no method '" + name + "'; the nearest is " + NearestName.of(name, names()));
    }
  }

  /** Whether there is a method with a setting. */
  default boolean has(String method, String setting) {
    return settings(method).stream().anyMatch(s -> s.name().equals(setting));
  }
}
