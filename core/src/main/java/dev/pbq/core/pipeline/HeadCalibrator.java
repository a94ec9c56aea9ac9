package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.VocabularyTable;
import java.nio.file.Path;

/**
 * Calibrates the head: runs all windows through the original model, whose final norm gives the
 * head's inputs. The original, because tables are quantized before the first block: a tied one is
 * what the first block's inputs are looked up in.
 */
final class HeadCalibrator {
  private final Checkpoint original;
  private final CausalModel model;
  private final Calibration data;
  private final RunMemory memory;
  private final Path work;
  private final ProgressListener progress;

  HeadCalibrator(
      Checkpoint original,
      CausalModel model,
      Calibration data,
      RunMemory memory,
      Path work,
      ProgressListener progress) {
    this.original = original;
    this.model = model;
    this.data = data;
    this.memory = memory;
    this.work = work;
    this.progress = progress;
  }

  /**
   * The Hessian of a head's inputs, for the caller to close.
   *
   * @param manager parent of everything native; nothing is left in it
   */
  Hessian hessian(VocabularyTable table, NDManager manager) {
    HiddenStates states = HiddenStates.of(data.windows().length, data.tokens(), model.hiddenSize());
    BlockCalibrator calibrator = new BlockCalibrator(model, states, memory, progress);
    try (OriginalStream stream =
        new OriginalStream(original, model, states, calibrator, work, progress)) {
      new WindowEmbedding(model, data, states).write(original, stream.inputs(0), manager);
      for (int b = 0; b < model.blocks(); b++) {
        stream.advance(b, manager);
      }
      return hessian(table, states, stream.inputs(model.blocks()), manager);
    }
  }

  private Hessian hessian(
      VocabularyTable table, HiddenStates states, ActivationFile ends, NDManager manager) {
    try (LanguageHead head = model.head(manager, original);
        HeadHessian sum = new HeadHessian(table, head)) {
      for (int first = 0; first < states.windows(); first += states.batch()) {
        try (NDManager scope = manager.newSubManager();
            NDArray hidden = states.read(ends, first, scope)) {
          sum.add(hidden);
        }
      }
      return sum.finish();
    }
  }
}
