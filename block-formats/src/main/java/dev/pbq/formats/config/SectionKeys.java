package dev.pbq.formats.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The keys that a section of a configuration may have. */
public final class SectionKeys {
  private SectionKeys() {}

  /**
   * The keys of sections with one of these formats.
   *
   * @param formats {@code name}s; those that are no formats add nothing
   */
  public static Set<String> of(Collection<String> formats) {
    Set<String> keys = new TreeSet<>(ConfigSection.COMMON);
    for (String format : formats) {
      FormatKind.of(format)
          .ifPresent(
              kind -> {
                for (OperandRole role : OperandRole.values()) {
                  kind.parameters().forEach(p -> keys.add(role.prefix() + p));
                }
              });
    }
    return keys;
  }

  /** A copy of a section without the keys that its format does not know. */
  public static ObjectNode prune(ObjectNode section) {
    Set<String> known = of(List.of(section.path(ConfigSection.NAME).asText()));
    ObjectNode pruned = section.deepCopy();
    pruned.retain(new ArrayList<>(known));
    return pruned;
  }
}
