package dev.pbq.search.study;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.pipeline.WeightsFingerprint;
import dev.pbq.search.sampler.Variable;
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

  /**
   * The header of a study that is about to begin or to be continued.
   *
   * @param folder of the model; its weights are fingerprinted
   * @param threads that trials are run with: products that are split over another number of threads
   *     round differently
   */
  public static StudyHeader of(
      ModelFolder folder,
      TrialObjective objective,
      StudySettings settings,
      StudyPlan plan,
      int threads) {
    Map<String, String> parts = new LinkedHashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      parts.put("weights", WeightsFingerprint.of(checkpoint));
    }
    parts.put("objective", objective.name());
    parts.putAll(objective.fingerprint());
    parts.putAll(settings.fingerprint());
    parts.put("threads", Integer.toString(threads));
    return new StudyHeader(
        VERSION, parts, plan.space().variables().stream().map(Variable::name).toList());
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
      throw PbqException.setting(
          "cannot resume %s: it was begun with other %s (repeat the first command's options, or"
              + " start again with {force})",
          file, differing.isEmpty() ? "variables" : String.join(", ", differing));
    }
  }
}
