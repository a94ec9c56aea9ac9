package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.util.Optional;

/** Opens the weights of a model folder, whichever way they are stored. */
public final class Checkpoints {
  private static final String HQQ = "hqq";

  private Checkpoints() {}

  /**
   * Opens dense or packed weights, by the folder's configuration or, for HQQ's layout, by its
   * tensors; the caller closes them.
   *
   * @throws PbqException BAD_DATA if another tool has quantized the model, or the weights are
   *     corrupt; NOT_FOUND if a shard is missing
   */
  public static ModelWeights open(ModelFolder folder) {
    Optional<String> method = folder.quantMethod();
    if (method.isEmpty() || method.get().equals(HQQ)) {
      Checkpoint stored = Checkpoint.open(folder.path());
      try {
        if (HqqLayout.isUsedBy(stored)) {
          return PackedCheckpoint.ofHqq(stored);
        }
        if (method.isPresent()) {
          throw PbqException.badData(
              folder.path() + ": quantized with 'hqq', but it holds no layer in HQQ's layout");
        }
        return stored;
      } catch (RuntimeException | Error e) {
        stored.close();
        throw e;
      }
    }
    if (folder.isPacked()) {
      return PackedCheckpoint.open(folder);
    }
    throw PbqException.badData(
        folder.path()
            + ": the model is already quantized with '"
            + TensorNames.printable(method.get())
            + "'; pbq needs the original weights");
  }

  /**
   * The method that quantized a model, by its configuration or, for HQQ's layout, by its tensors;
   * empty for a dense one.
   *
   * @throws PbqException as {@link #open}, but only for what has to be looked at
   */
  public static Optional<String> quantizedBy(ModelFolder folder) {
    if (folder.isPacked()) {
      return Optional.of(folder.quantizationConfig().path("method").asText());
    }
    if (folder.quantMethod().isPresent()) {
      return folder.quantMethod().map(TensorNames::printable);
    }
    try (Checkpoint stored = Checkpoint.open(folder.path())) {
      return HqqLayout.isUsedBy(stored) ? Optional.of(HQQ) : Optional.empty();
    }
  }
}
