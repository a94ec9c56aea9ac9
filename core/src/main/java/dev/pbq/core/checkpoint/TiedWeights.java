package dev.pbq.core.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Tied weights: weights that a model uses in two places and that a checkpoint must hold once. Some
 * converted checkpoints hold the output head although it is the token embedding.
 */
public final class TiedWeights {
  private static final int CHUNK = 1 << 20;

  private TiedWeights() {}

  /**
   * The names of a checkpoint to carry over: all of them, without an output head that repeats the
   * token embedding byte for byte.
   *
   * @param tied whether the model's configuration ties the head to the embedding
   * @param headOf what the head is called, by the name of the embedding that it may repeat; the
   *     first embedding that the checkpoint holds counts
   */
  public static List<String> storedOnce(
      Checkpoint checkpoint, boolean tied, Map<String, String> headOf) {
    List<String> names = checkpoint.names();
    if (!tied) {
      return names;
    }
    for (Map.Entry<String, String> pair : headOf.entrySet()) {
      if (checkpoint.contains(pair.getKey()) && checkpoint.contains(pair.getValue())) {
        TensorInfo head = checkpoint.info(pair.getValue());
        boolean repeated = sameContents(checkpoint, head, checkpoint.info(pair.getKey()));
        return repeated ? names.stream().filter(name -> !name.equals(head.name())).toList() : names;
      }
    }
    return names;
  }

  /** Whether two tensors of a checkpoint are equal byte for byte, in type and shape too. */
  public static boolean sameContents(Checkpoint checkpoint, TensorInfo a, TensorInfo b) {
    if (a.dtype() != b.dtype() || !Arrays.equals(a.shape(), b.shape())) {
      return false;
    }
    for (long at = 0; at < a.byteCount(); at += CHUNK) {
      int n = (int) Math.min(CHUNK, a.byteCount() - at);
      if (!checkpoint.bytes(a.name(), at, n).equals(checkpoint.bytes(b.name(), at, n))) {
        return false;
      }
    }
    return true;
  }
}
