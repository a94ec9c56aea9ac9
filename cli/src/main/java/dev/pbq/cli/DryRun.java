package dev.pbq.cli;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.PlannedLinear;
import dev.pbq.workflow.recipe.Recipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a run would do and take. */
final class DryRun {
  private DryRun() {}

  static void print(
      ResolvedModel resolved,
      QuantizeJob job,
      PlanEstimate estimate,
      Recipe recipe,
      int threads,
      PrintWriter out) {
    out.printf("model          %s (%s)%n", resolved.displayName(), job.folder());
    out.printf(
        "architecture   %s, %d blocks, hidden size %d, vocabulary %d%n",
        job.model().architecture(),
        job.model().blocks(),
        job.model().hiddenSize(),
        job.model().vocabularySize());
    out.printf("method         %s%n", recipe.requireMethod());
    if (job.plan().needsCalibration()) {
      out.printf(
          "calibration    %d windows of %d tokens%s%n",
          recipe.calibration().samples(),
          CalibrationOptions.tokens(recipe.calibration(), job.model()),
          recipe.trueSequential() ? ", true-sequential" : "");
    }
    Map<String, Integer> shapes = new LinkedHashMap<>();
    for (PlannedLinear l : (Iterable<PlannedLinear>) job.plan().linears()::iterator) {
      String kind = job.model().layout().path(l.linear());
      shapes.merge(
          String.format(
              Locale.ROOT,
              "%-24s %6d x %-6d %-5s %6.3f bits (paper %5.2f)",
              kind,
              l.rows(),
              l.cols(),
              l.quantizer().name(),
              l.quantizer().estimateStoredBits(l.rows(), l.cols()) / (double) l.weights(),
              l.quantizer().paperBits(l.rows(), l.cols())),
          1,
          Integer::sum);
    }
    out.println("layers");
    shapes.forEach((line, count) -> out.printf("  %4d x  %s%n", count, line));
    out.printf(
        Locale.ROOT,
        "linear layers  %,d weights, about %.3f bits stored, %.2f by the paper's count%n",
        job.plan().weights(),
        (double) job.plan().estimatedStoredBits() / job.plan().weights(),
        job.plan().paperBits());
    out.printf(
        "output         about %s (now %s)%n",
        StatusLine.bytes(estimate.outputBytes()), StatusLine.bytes(job.originalBytes()));
    out.printf("disk needed    about %s while running%n", StatusLine.bytes(estimate.workBytes()));
    out.printf("memory         about %s%n", StatusLine.bytes(estimate.memoryBytes()));
    out.printf(
        Locale.ROOT,
        "time           about %s (%.3g operations on %d threads)%n",
        StatusLine.duration(estimate.seconds(threads)),
        estimate.floatingPointOperations(),
        threads);
  }

  /** Refuses to start what the disk cannot hold. */
  static void requireDisk(Path output, PlanEstimate estimate) {
    Path existing = output.toAbsolutePath();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      if (free < estimate.workBytes()) {
        throw new PbqException(
            PbqException.Kind.RESOURCES,
            "not enough disk space for "
                + output
                + ": about "
                + StatusLine.bytes(estimate.workBytes())
                + " needed, "
                + StatusLine.bytes(free)
                + " free");
      }
    } catch (IOException e) {
      throw PbqException.resources("cannot tell the free space of " + existing, e);
    }
  }
}
