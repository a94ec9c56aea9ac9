package dev.pbq.workflow.compare;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The rows on the Pareto fronts of a comparison. The full-precision model is on none, as every
 * quantization is judged against it; figures that were given are on none, as nobody has measured
 * here what they are of.
 */
public final class Fronts {
  private final Map<Panel, List<Row>> rows = new EnumMap<>(Panel.class);

  /**
   * Finds the fronts.
   *
   * @param all rows, the full-precision model first
   */
  Fronts(List<Row> all) {
    List<Row> candidates = all.stream().skip(1).filter(row -> row.done().isPresent()).toList();
    for (Panel panel : Panel.values()) {
      rows.put(panel, ParetoFront.of(candidates, panel::point));
    }
  }

  /** The rows on the front of a panel, the smallest first. */
  public List<Row> of(Panel panel) {
    return rows.get(panel);
  }

  /** Whether a row is on the front of a panel. */
  boolean has(Panel panel, Row row) {
    return rows.get(panel).contains(row);
  }

  /** Whether a row is on any front. */
  boolean has(Row row) {
    return rows.values().stream().anyMatch(front -> front.contains(row));
  }
}
