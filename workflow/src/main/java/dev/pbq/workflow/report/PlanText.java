package dev.pbq.workflow.report;

import dev.pbq.core.Amounts;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.PlannedLinear;
import dev.pbq.core.pipeline.PlannedTable;
import dev.pbq.core.pipeline.RunMemory;
import dev.pbq.tiny.TinyModel;
import dev.pbq.workflow.quantize.QuantizationJob;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.speed.RunTime;
import dev.pbq.workflow.speed.SpeedCache;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A planned quantization in a few lines of text: what it would do, and what it would take. */
public final class PlanText {
  private PlanText() {}

  /**
   * Writes it.
   *
   * @param resolved the model
   * @param job the plan
   * @param estimate disk, memory and time of it
   * @param threads for arithmetic
   */
  public static void print(
      ResolvedModel resolved,
      QuantizationJob job,
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
          "calibration    %d windows of %d tokens%s%s%n",
          recipe.calibration().samples(),
          recipe.calibration().tokens(job.model()),
          recipe.trueSequential() ? ", true-sequential" : "",
          passes(job.plan().extraPasses(estimate.memory())));
    }
    job.targets(recipe.calibration().samples(), recipe.calibration().tokens(job.model()))
        .ifPresent(t -> out.printf("targets        %s%n", t.describe(threads)));
    job.correction(recipe.calibration().samples(), recipe.calibration().tokens(job.model()))
        .ifPresent(
            c -> out.printf("block-wise     %s%n", c.describe(recipe.blockwise().orElseThrow())));
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
    for (PlannedTable t : job.plan().tables()) {
      out.printf(
          Locale.ROOT,
          "%-14s %s, %d x %d, %s, about %.3f bits stored%s%n",
          t.table().use().words(),
          t.name(),
          t.table().rows(),
          t.table().cols(),
          t.quantizer().name(),
          t.estimatedStoredBits() / (double) t.weights(),
          (t.needsHessian() ? ", calibrated with the original's last hidden states" : "")
              + (recipe.vocabulary().gives(t.table().use()) ? "" : ", until bits are shared"));
    }
    out.println("layers");
    shapes.forEach((line, count) -> out.printf("  %4d x  %s%n", count, line));
    out.printf(
        Locale.ROOT,
        "linear layers  %,d weights, about %.3f bits stored, %.2f by the paper's count%n",
        job.plan().weights(),
        (double) job.plan().estimatedStoredBits() / Math.max(1, job.plan().weights()),
        job.plan().paperBits());
    out.printf(
        "output         about %s (now %s)%n",
        Amounts.bytes(estimate.outputBytes()), Amounts.bytes(job.originalBytes()));
    out.printf("disk needed    about %s while running%n", Amounts.bytes(estimate.workBytes()));
    out.printf(
        "memory         about %s%s%n", Amounts.bytes(estimate.memoryBytes()), shared(estimate));
    out.flush();
    RunTime.Told time = time(job, estimate, threads, out);
    out.printf(
        Locale.ROOT,
        "time           about %s (%.3g operations on %d threads)%s%n",
        Amounts.duration(time.seconds()),
        estimate.floatingPointOperations(),
        threads,
        guess(time));
  }

  private static RunTime.Told time(
      QuantizationJob job, PlanEstimate estimate, int threads, PrintWriter out) {
    SpeedCache cache = new SpeedCache(TinyModel.defaultCacheDir());
    return RunTime.of(
        job.plan(),
        estimate,
        job.model().hiddenSize(),
        threads,
        cache,
        () -> {
          out.println("this machine   is measured for the time, once: about ten seconds");
          out.flush();
        });
  }

  /** What of the time nobody has measured. */
  private static String guess(RunTime.Told time) {
    return time.guessed().isEmpty()
        ? ""
        : ", a guess for "
            + String.join(", ", time.guessed())
            + ": its settings fit no sample that could be timed";
  }

  private static String passes(int extra) {
    return extra == 0 ? "" : ", in " + (1 + extra) + " passes, as the Hessians are large";
  }

  /** What is done to stay below a limit. */
  private static String shared(PlanEstimate estimate) {
    return estimate.memory().equals(RunMemory.USUAL)
        ? ""
        : ", with less of the work side by side than usual";
  }
}
