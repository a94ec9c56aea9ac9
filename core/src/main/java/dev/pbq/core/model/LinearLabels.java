package dev.pbq.core.model;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Short labels of linears, for reports of finished runs: those hold names alone, and there is no
 * model beside them to ask for the role. Linears of the same place in their blocks have the same
 * label.
 */
public final class LinearLabels {
  private LinearLabels() {}

  /**
   * The label of each name: its last part ({@code q_proj}), or as many parts as tell it from the
   * other linears of a block ({@code intermediate.dense}).
   *
   * @param names full names without {@code .weight}
   * @return label by name, in the order of the names
   */
  public static Map<String, String> of(Collection<String> names) {
    Map<String, String> paths = new LinkedHashMap<>();
    // What stands behind the block's number is alike in all blocks.
    names.forEach(name -> paths.put(name, name.replaceFirst("^.*\\.\\d+\\.", "")));
    Set<String> distinct = new LinkedHashSet<>(paths.values());
    Map<String, String> labels = new LinkedHashMap<>();
    paths.forEach((name, path) -> labels.put(name, label(path, distinct)));
    return labels;
  }

  private static String label(String path, Set<String> paths) {
    for (int dot = path.lastIndexOf('.'); dot >= 0; dot = path.lastIndexOf('.', dot - 1)) {
      String end = path.substring(dot);
      if (paths.stream().filter(other -> ("." + other).endsWith(end)).count() == 1) {
        return end.substring(1);
      }
    }
    return path;
  }
}
