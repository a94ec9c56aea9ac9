package dev.pbq.cli.console;

import dev.pbq.search.study.Measured;
import dev.pbq.search.study.QualityMetric;
import java.util.Locale;
import java.util.function.Consumer;

/** Prints the result of every trial of a search. */
public final class SearchProgress implements Consumer<Measured> {
  private final StatusLine status;
  private final QualityMetric metric;
  private final int trials;

  public SearchProgress(StatusLine status, QualityMetric metric, int trials) {
    this.status = status;
    this.metric = metric;
    this.trials = trials;
  }

  @Override
  public void accept(Measured m) {
    String what = m.trial() == null ? m.label() : "trial " + (m.trial() + 1) + "/" + trials;
    String found =
        m.value() == null
            ? "failed: " + m.failure()
            : String.format(Locale.ROOT, "%s %.5g", metric.label(), m.value());
    String cost =
        m.sameAs() == null
            ? String.format(Locale.ROOT, "%.1f s", m.seconds())
            : "as trial " + (m.sameAs() + 1);
    status.line(
        String.format(
            Locale.ROOT,
            "%-14s %s, density %.3fx (%.3f bits), %s",
            what,
            found,
            m.density(),
            m.bits(),
            cost));
  }
}
