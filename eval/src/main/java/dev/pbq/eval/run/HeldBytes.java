package dev.pbq.eval.run;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.model.CausalModel;

/** What the weights of a model take in memory. */
final class HeldBytes {
  private HeldBytes() {}

  /** Held as they are stored, or nearly so; what is no safetensors file is held as float32. */
  static long asStored(CausalModel model, ModelWeights weights) {
    if (weights instanceof Checkpoint checkpoint) {
      return checkpoint.totalBytes();
    }
    return weights instanceof PackedCheckpoint packed
        ? packed.stored().totalBytes()
        : model.floatBytes(weights);
  }
}
