package dev.pbq.torture;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a command does when nobody kills it.
 *
 * @param result everything in its folder afterwards
 * @param replaced everything in its folder before
 * @param firstWrite milliseconds until the folder changed
 * @param milliseconds to the end
 */
record Undisturbed(Tree result, Tree replaced, long firstWrite, long milliseconds) {
  /** The names of what appears complete or not at all, patterns put in. */
  List<String> wholes(Scenario scenario) {
    return scenario.wholes().stream()
        .flatMap(
            whole ->
                whole.endsWith("*")
                    ? result.entries().keySet().stream().filter(name -> matches(name, whole))
                    : List.of(whole).stream())
        .toList();
  }

  private static boolean matches(String name, String pattern) {
    String start = pattern.substring(0, pattern.length() - 1);
    return name.startsWith(start) && name.indexOf('/', start.length()) < 0;
  }

  /**
   * What is wrong under a final name: it must be absent, as it was before, or as it should be.
   * Empty if nothing is.
   */
  Optional<String> fault(Tree now, String whole) {
    Tree part = now.below(whole);
    if (part.isEmpty() || part.differences(replaced.below(whole)).isEmpty()) {
      return Optional.empty();
    }
    List<String> differences = part.differences(result.below(whole));
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of("not whole under its final name: " + differences);
  }

  /** The two small files that a kill between rename and clearing away leaves: documented. */
  static Tree withoutMarks(Tree tree) {
    Map<String, byte[]> kept = new TreeMap<>(tree.entries());
    kept.keySet().removeIf(name -> name.matches("[^/]*/(\\.pbq\\.lock|journal\\.jsonl)"));
    return new Tree(kept);
  }
}
