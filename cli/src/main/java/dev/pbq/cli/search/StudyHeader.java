package dev.pbq.cli.search;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The first line of a study.
 *
 * @param study version of the file
 * @param fingerprint everything that trials depend on, by name, so that a refusal can say what
 *     changed
 * @param variables the names of what {@link Measured#choices} chooses
 */
public record StudyHeader(int study, Map<String, String> fingerprint, List<String> variables) {
  /** What this program writes. */
  public static final int VERSION = 1;

  public StudyHeader {
    fingerprint = new LinkedHashMap<>(Objects.requireNonNull(fingerprint));
    variables = List.copyOf(variables);
  }

  @Override
  public Map<String, String> fingerprint() {
    return new LinkedHashMap<>(fingerprint);
  }

  /** Refuses to go on with a study of something else. */
  void requireSame(StudyHeader found, Path file) {
    List<String> differing = new ArrayList<>();
    Set<String> names = new TreeSet<>(fingerprint.keySet());
    names.addAll(found.fingerprint.keySet());
    for (String name : names) {
      String now = fingerprint.get(name);
      String then = found.fingerprint.get(name);
      if (!Objects.equals(now, then)) {
        boolean brief = now != null && then != null && now.length() + then.length() < 60;
        differing.add(brief ? name + " (" + then + " then, " + now + " now)" : name);
      }
    }
    if (found.study != study || !differing.isEmpty() || !variables.equals(found.variables)) {
      throw PbqException.usage(
          "cannot resume "
              + file
              + ": it was begun with other "
              + (differing.isEmpty() ? "variables" : String.join(", ", differing))
              + " (repeat the first command's options, or start again with --force)");
    }
  }
}
