package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.packed.BitAccount;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Quantizes one planned linear, and measures its error. Thread-safe. */
final class LinearQuantizer {
  /** Weights that one task reads, about. */
  private static final int TASK = 1 << 18;

  private final WeightSource weights;

  LinearQuantizer(WeightSource weights) {
    this.weights = weights;
  }

  /** Quantizes the weight itself: as the other, without targets. */
  FinishedLinear quantize(int block, PlannedLinear linear, Optional<Hessian> hessian) {
    return quantize(block, linear, hessian, Optional.empty(), Optional.empty());
  }

  /**
   * Quantizes.
   *
   * @param block index of the linear's block
   * @param hessian of its inputs if they were calibrated, not owned; the error is then that of the
   *     outputs, even where the method does without
   * @param targets gives a calibrated method the weight that it quantizes, and that its error is
   *     measured against; lent
   * @param choice among variants of the method, where it has any; lent
   */
  FinishedLinear quantize(
      int block,
      PlannedLinear linear,
      Optional<Hessian> hessian,
      Optional<TargetWeights> targets,
      Optional<HeldOutChoice> choice) {
    return quantize(
        new Task(linear.name(), block, linear.rows(), linear.cols(), linear.quantizer()),
        hessian,
        targets,
        choice);
  }

  /**
   * Quantizes a table outside of the blocks.
   *
   * @param hessian of the head's inputs, not owned; empty: by its weights alone
   */
  FinishedLinear quantize(PlannedTable planned, Optional<Hessian> hessian) {
    VocabularyTable table = planned.table();
    return quantize(
        new Task(
            table.name(), LinearOutcome.OUTSIDE, table.rows(), table.cols(), planned.quantizer()),
        hessian,
        Optional.empty(),
        Optional.empty());
  }

  /** A layer and its method. */
  private record Task(String name, int block, int rows, int cols, Quantizer quantizer) {}

  private FinishedLinear quantize(
      Task task,
      Optional<Hessian> hessian,
      Optional<TargetWeights> targets,
      Optional<HeldOutChoice> choice) {
    long start = System.nanoTime();
    FloatMatrix original = read(task.name() + ".weight");
    boolean calibrated = task.quantizer().calibrationNeed() == CalibrationNeed.HESSIAN;
    Optional<Hessian> needed = calibrated ? hessian : Optional.empty();
    Optional<TargetWeights.Target> target =
        targets.filter(t -> calibrated).map(t -> t.of(task.name(), original, task.quantizer()));
    FloatMatrix weight = target.map(TargetWeights.Target::weight).orElse(original);
    LinearProblem problem = new LinearProblem(task.name(), weight, needed);
    Quantizer method =
        choice
            .filter(c -> HeldOutChoice.concerns(task.quantizer()))
            .map(c -> c.of(problem, task.quantizer()))
            .orElse(task.quantizer());
    Quantization q = method.quantize(problem);
    double relativeError = WeightError.relative(task.name(), weight, q.linear(), hessian);
    BitAccount bits = q.linear().bits();
    return new FinishedLinear(
        q.linear(),
        new LinearOutcome(
            task.name(),
            task.block(),
            task.quantizer().name(),
            task.rows(),
            task.cols(),
            relativeError,
            hessian.isPresent() ? "output" : "weight",
            q.paperBits().orElseGet(() -> task.quantizer().paperBits(task.rows(), task.cols())),
            bits.total(),
            bits.byKind(),
            diagnostics(q, target),
            (System.nanoTime() - start) * 1e-9));
  }

  private static Map<String, Double> diagnostics(
      Quantization q, Optional<TargetWeights.Target> target) {
    Map<String, Double> all = new LinkedHashMap<>(q.diagnostics());
    target.ifPresent(
        t -> {
          all.put("targetBlend", t.blend());
          all.put("targetShift", t.shift());
        });
    return all;
  }

  /** Reads and widens a matrix, some rows at a time by several threads. */
  private FloatMatrix read(String tensor) {
    long[] shape = weights.shape(tensor);
    if (shape.length != 2 || shape[0] * shape[1] <= TASK) {
      return weights.readMatrix(tensor);
    }
    FloatMatrix w = FloatMatrix.zeros(Math.toIntExact(shape[0]), Math.toIntExact(shape[1]));
    int perTask = Math.max(1, TASK / w.cols());
    Parallel.forEachRange(
        w.rows(),
        perTask,
        (first, end) -> {
          int count = end - first;
          FloatBuffer to = FloatBuffer.wrap(w.data(), first * w.cols(), count * w.cols());
          weights.readRows(tensor, first, count, to);
        });
    return w;
  }
}
