package dev.pbq.core.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Weights that a model shares between two places, which a checkpoint must hold once. Some converted
 * checkpoints hold the output head although it is the token embedding.
 */
public final class TiedWeights {
  private static final String HEAD = "lm_head.weight";
  private static final List<String> EMBEDDINGS =
      List.of("model.embed_tokens.weight", "model.decoder.embed_tokens.weight");
  private static final int CHUNK = 1 << 20;

  private TiedWeights() {}

  /**
   * The names of a checkpoint to carry over: all of them, without an output head that repeats the
   * token embedding byte for byte.
   *
   * @param tied whether the model's configuration ties the head to the embedding
   */
  public static List<String> storedOnce(Checkpoint checkpoint, boolean tied) {
    List<String> names = checkpoint.names();
    if (!tied || !checkpoint.contains(HEAD)) {
      return names;
    }
    Optional<TensorInfo> embedding =
        EMBEDDINGS.stream().flatMap(name -> checkpoint.find(name).stream()).findFirst();
    TensorInfo head = checkpoint.info(HEAD);
    if (embedding.isEmpty() || !sameContents(checkpoint, head, embedding.get())) {
      return names;
    }
    return names.stream().filter(name -> !name.equals(head.name())).toList();
  }

  private static boolean sameContents(Checkpoint checkpoint, TensorInfo a, TensorInfo b) {
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
