package dev.pbq.search.sampler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The planned first trials of a study, as a person would choose them before a sampler takes over.
 *
 * <ol>
 *   <li>All widths alike, for every width of the space.
 *   <li>Around one of these, the base: one width less for each kind of operand, each operation and
 *       each layer (of deep models, runs of layers). They show what is sensitive.
 *   <li>Combinations that the first two make likely ({@link WidthAllocation}), with no more bits on
 *       average than each uniform configuration.
 * </ol>
 *
 * <p>A function of the space and of the first trials' results; nothing is random.
 */
public final class SeedTrials {
  private static final int MOST_BANDS = 8;

  private final List<Variable> variables;
  private final ToDoubleFunction<List<Integer>> averageBits;
  private final List<List<Integer>> uniform;
  private final List<Integer> base;
  private final List<Group> probes;

  /**
   * Variables that share something and are made narrower together, and the trial that shows the
   * effect.
   */
  private record Group(Map<Integer, Integer> narrower, List<Integer> point) {}

  /**
   * Plans.
   *
   * @param averageBits of a point: what density says, and needs no model run
   */
  public SeedTrials(SearchSpace space, ToDoubleFunction<List<Integer>> averageBits) {
    this.variables = space.variables();
    this.averageBits = averageBits;
    Set<Integer> widths = new TreeSet<>();
    Set<Integer> common = null;
    for (Variable v : variables) {
      if (v.isWidth()) {
        Set<Integer> own = new TreeSet<>();
        v.choices().forEach(c -> own.add(c.intValue()));
        widths.addAll(own);
        if (common == null) {
          common = new TreeSet<>(own);
        }
        common.retainAll(own);
      }
    }
    Set<List<Integer>> points = new LinkedHashSet<>();
    widths.forEach(w -> points.add(uniform(w)));
    this.uniform = List.copyOf(points);
    if (widths.isEmpty()) {
      this.base = List.of();
      this.probes = List.of();
      return;
    }
    List<Integer> known = List.copyOf(common.size() > 1 ? common : widths);
    this.base = uniform(known.get(Math.min(1, known.size() - 1)));
    this.probes = new ArrayList<>();
    addProbes(Variable::key);
    addProbes(Variable::operation);
    int layers = space.target().layers();
    addProbes(v -> band(v.section().get(0), layers));
  }

  /** All widths alike or, where a variable does not have this width, the nearest it has. */
  private List<Integer> uniform(int width) {
    return variables.stream().map(v -> v.isWidth() ? v.nearest(width) : 0).toList();
  }

  /** Which of at most so many runs of neighbouring layers a section belongs to. */
  private static String band(String section, int layers) {
    if (!section.startsWith(SeedFile.LAYERS + "_")) {
      return section;
    }
    int layer = Integer.parseInt(section.substring(SeedFile.LAYERS.length() + 1));
    return "layers " + layer * Math.min(MOST_BANDS, layers) / layers;
  }

  private void addProbes(Function<Variable, String> part) {
    Map<String, Map<Integer, Integer>> groups = new LinkedHashMap<>();
    for (int v = 0; v < variables.size(); v++) {
      if (variables.get(v).isWidth()) {
        OptionalInt narrower = variables.get(v).narrower(base.get(v));
        if (narrower.isPresent()) {
          groups
              .computeIfAbsent(part.apply(variables.get(v)), k -> new LinkedHashMap<>())
              .put(v, narrower.getAsInt());
        }
      }
    }
    if (groups.size() < 2) {
      return;
    }
    for (Map<Integer, Integer> group : groups.values()) {
      List<Integer> point = new ArrayList<>(base);
      group.forEach(point::set);
      probes.add(new Group(group, List.copyOf(point)));
    }
  }

  /** How many trials come before the first that depends on results. */
  int planned() {
    return uniform.size() + probes.size();
  }

  /**
   * The next trial.
   *
   * @param history all trials so far
   * @return empty when the plan is done
   */
  public Optional<List<Integer>> next(List<Trial> history) {
    int n = history.size();
    if (n < uniform.size()) {
      return Optional.of(uniform.get(n));
    }
    if (n < planned()) {
      return Optional.of(probes.get(n - uniform.size()).point());
    }
    List<List<Integer>> combinations = combinations(history.subList(0, planned()));
    int c = n - planned();
    return c < combinations.size() ? Optional.of(combinations.get(c)) : Optional.empty();
  }

  /** How many of the trials of a study were of the plan. */
  public int count(List<Trial> history) {
    if (history.size() <= planned()) {
      return history.size();
    }
    return Math.min(history.size(), planned() + combinations(history.subList(0, planned())).size());
  }

  private List<List<Integer>> combinations(List<Trial> first) {
    if (probes.isEmpty()) {
      return List.of();
    }
    Trial center = first.get(uniform.indexOf(base));
    WidthAllocation allocation = new WidthAllocation(variables, base, averageBits);
    for (int i = 0; i < probes.size(); i++) {
      Trial probe = first.get(uniform.size() + i);
      allocation.observe(
          probes.get(i).narrower().keySet(),
          center.succeeded() && probe.succeeded() ? center.quality() - probe.quality() : 0);
    }
    Set<List<Integer>> points = new LinkedHashSet<>();
    uniform.forEach(u -> points.add(allocation.within(averageBits.applyAsDouble(u))));
    first.forEach(t -> points.remove(t.choices()));
    return List.copyOf(points);
  }
}
