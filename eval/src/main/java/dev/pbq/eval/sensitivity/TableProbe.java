package dev.pbq.eval.sensitivity;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.pipeline.HeadHessian;
import dev.pbq.core.pipeline.LinearOutcome;
import dev.pbq.core.pipeline.OverlayWeights;
import dev.pbq.core.quant.LinearProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures a table outside of the blocks: an embedding changes what enters the first block, a head
 * the last product alone, and one table for both changes both.
 *
 * @param original the model's streams
 * @param windows token ids of all windows
 * @param ends what the original ends with, of the first windows
 * @param states gives place for as many
 */
record TableProbe(Streams original, int[][] windows, Ends ends, Supplier<States> states) {
  /**
   * Measures.
   *
   * @param all what leaves the last block, of all windows: a head's calibration
   */
  LinearSensitivity measure(VocabularyTable table, Probe probe, States all) {
    ProbedLinear probed;
    try (Hessian hessian = probe.isCalibrated() ? hessian(table, all) : null) {
      LinearProblem problem =
          new LinearProblem(
              table.name(),
              original.model().layout().view(original.weights()).readMatrix(table.weight()),
              Optional.ofNullable(hessian));
      probed = ProbedLinear.of(problem, probe);
    }
    Streams changed =
        new Streams(
            original.model(),
            new OverlayWeights(original.weights(), Map.of(table.name(), probed.layer()), Map.of()),
            original.manager());
    return probed.measured(table.name(), LinearOutcome.OUTSIDE, loss(table, changed));
  }

  private Hessian hessian(VocabularyTable table, States all) {
    try (HeadHessian sum = new HeadHessian(table, ends.head())) {
      all.forEach(all.windows(), original.manager(), (first, hidden) -> sum.add(hidden));
      return sum.finish();
    }
  }

  private double loss(VocabularyTable table, Streams changed) {
    // The head holds the whole vocabulary: it is loaded again only where it changes.
    try (LanguageHead head =
        table.use().isHead() ? changed.model().head(changed.manager(), changed.weights()) : null) {
      LanguageHead through = head == null ? ends.head() : head;
      if (!table.use().isEmbedding()) {
        return ends.losses(List.of(table.name()), ends.states(), through)[0];
      }
      try (States stream = states.get()) {
        changed.embed(windows, stream);
        for (int b = 0; b < original.model().blocks(); b++) {
          original.through(b, stream);
        }
        return ends.losses(List.of(table.name()), stream, through)[0];
      }
    }
  }
}
