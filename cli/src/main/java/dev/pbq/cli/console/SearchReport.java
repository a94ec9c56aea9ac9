package dev.pbq.cli.console;

import dev.pbq.search.study.Measured;
import dev.pbq.search.study.QualityMetric;
import dev.pbq.search.study.StudyOutput;
import dev.pbq.search.study.StudyResult;
import java.io.PrintWriter;
import java.util.Optional;

/**
 * Prints what became of a search.
 *
 * @param result of the study
 * @param out where it is printed
 */
public record SearchReport(StudyResult result, PrintWriter out) {
  /**
   * Prints where everything was written, and how to go on.
   *
   * @param best the best trial, if any is good enough
   * @param model its name, for the command that packs it
   */
  public void printFiles(StudyOutput.Written written, Optional<Measured> best, String model) {
    QualityMetric metric = result.metric();
    out.println("front          " + written.front() + ", pareto.svg, pareto.png");
    out.println("configurations " + written.configurations());
    if (best.isEmpty() || written.best().isEmpty()) {
      out.println("no trial satisfies the limits: no best configuration is written");
      return;
    }
    out.println("best           trial " + best.get().describe(metric));
    out.println("  run it       --act-format " + written.best().get());
    if (written.recipe().isEmpty()) {
      out.println("  no recipe: packed weights have at most 8 bits, or none is quantized");
      return;
    }
    out.println("  pack it      quantize " + model + " --recipe " + written.recipe().get());
  }
}
