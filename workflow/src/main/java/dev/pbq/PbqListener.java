package dev.pbq;

import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.export.ExportProgress;
import dev.pbq.hub.DownloadListener;
import dev.pbq.train.run.TrainingProgress;

/**
 * A listener to the operations of {@link Pbq}, which can also cancel them. Every method has a
 * default that does nothing, so that a program overrides only those it needs.
 *
 * <p>To end an operation early, let {@link #isCancelled} answer true: the operation throws {@link
 * dev.pbq.core.PbqException} of kind {@code CANCELLED} at its next progress event, usually within a
 * second or two. Nothing half-written is left under a final name; the finished blocks of a
 * quantization and the last step of a training are kept, and {@code Existing.RESUME} continues with
 * them.
 */
public interface PbqListener {
  /** Hears nothing, ends nothing. */
  PbqListener SILENT = new PbqListener() {};

  /** Whether the running operation shall end. Asked often, from several threads. */
  default boolean isCancelled() {
    return false;
  }

  /** Hears of downloads. */
  default DownloadListener downloads() {
    return DownloadListener.SILENT;
  }

  /** Hears of a quantization: blocks, phases, layers with their errors. */
  default ProgressListener quantization() {
    return ProgressListener.SILENT;
  }

  /** Hears of evaluations: texts, tasks, windows. */
  default EvaluationProgress evaluation() {
    return EvaluationProgress.SILENT;
  }

  /** Hears of exports: tensors. */
  default ExportProgress export() {
    return ExportProgress.NONE;
  }

  /** Hears of a training or tuning: steps with their losses. */
  default TrainingProgress training() {
    return TrainingProgress.SILENT;
  }
}
