package dev.pbq.search.study;

import dev.pbq.core.PbqException;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.Presets;
import dev.pbq.formats.config.QuantConfig;
import dev.pbq.search.sampler.SearchSpace;
import dev.pbq.search.sampler.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs trials one after the other and writes each down. */
public final class Study {
  /** What full precision is called in a study. */
  public static final String FULL = "full";

  private static final List<Integer> UNIFORM = List.of(8, 7, 6, 5, 4, 3);
  private static final String TEMPLATE = "bfp-w6a6";

  private final StudyPlan plan;
  private final TrialObjective objective;
  private final StudyFile file;
  private final Consumer<Measured> listener;

  /**
   * Prepares a study; the caller keeps ownership of all arguments.
   *
   * @param listener is called for everything that is measured
   */
  public Study(
      StudyPlan plan, TrialObjective objective, StudyFile file, Consumer<Measured> listener) {
    this.plan = plan;
    this.objective = objective;
    this.file = file;
    this.listener = listener;
  }

  /** The labels of the uniform configurations that every study measures for comparison. */
  public static List<String> uniformLabels() {
    return UNIFORM.stream().map(w -> "W" + w + "A" + w).toList();
  }

  /** Block floating point of one width everywhere, blocks of 1 x 16: the shipped configurations. */
  static QuantConfig uniform(int width) {
    return Presets.of(TEMPLATE).withDefaultWidth(width, "W" + width + "A" + width);
  }

  /**
   * Measures full precision and the uniform configurations, then trials until there are as many as
   * asked for; what the file holds is not measured again.
   */
  public void run(int trials) {
    if (file.labelled(FULL).isEmpty()) {
      double seconds = -now();
      double value = objective.measure(Optional.empty());
      add(new Measured(null, FULL, null, value, 1, 32, null, null, seconds + now()));
    }
    SearchSpace space = plan.space();
    for (int width : UNIFORM) {
      QuantConfig config = uniform(width);
      String label = "W" + width + "A" + width;
      if (file.labelled(label).isEmpty()) {
        ModelFormats formats =
            new ModelFormats(
                config, space.target().architecture(), space.target().layers(), Rules.FIXED);
        add(measure(null, label, null, config, formats));
      }
    }
    List<Trial> history = new ArrayList<>();
    file.trials().forEach(m -> history.add(m.asTrial(objective.metric())));
    while (history.size() < trials) {
      List<Integer> point = plan.proposals().next(history);
      Measured measured =
          repeated(history.size(), point)
              .orElseGet(
                  () ->
                      measure(
                          history.size(), null, point, space.config(point), space.formats(point)));
      add(measured);
      history.add(measured.asTrial(objective.metric()));
    }
  }

  /** The same configuration gives the same result: it is copied. */
  private Optional<Measured> repeated(int number, List<Integer> point) {
    return file.trials().stream()
        .filter(m -> m.choices().equals(point))
        .findFirst()
        .map(
            m ->
                new Measured(
                    number,
                    null,
                    point,
                    m.value(),
                    m.density(),
                    m.ownBits(),
                    m.failure(),
                    m.trial(),
                    0));
  }

  private Measured measure(
      Integer trial,
      String label,
      List<Integer> choices,
      QuantConfig config,
      ModelFormats formats) {
    double counted = plan.density().reference(formats).memoryDensity();
    double ownBits = plan.density().ownWidths(formats).averageBits();
    double start = now();
    Double value = null;
    String failure = null;
    try {
      value = objective.measure(Optional.of(config));
      if (!Double.isFinite(objective.metric().quality(value))) {
        failure = objective.metric().label() + " is " + value;
        value = null;
      }
    } catch (PbqException e) {
      // A configuration that is too coarse to compute with is a result; all else ends the study.
      if (e.kind() != PbqException.Kind.NUMERICAL) {
        throw e;
      }
      failure = e.getMessage();
    }
    return new Measured(
        trial, label, choices, value, counted, ownBits, failure, null, now() - start);
  }

  private void add(Measured measured) {
    file.add(measured);
    listener.accept(measured);
  }

  private static double now() {
    return System.nanoTime() * 1e-9;
  }
}
