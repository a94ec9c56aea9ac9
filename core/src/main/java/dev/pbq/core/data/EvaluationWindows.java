package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.util.Arrays;
import java.util.OptionalInt;

/** Cuts evaluation tokens into the disjoint windows that perplexity is averaged over. */
public final class EvaluationWindows {
  private EvaluationWindows() {}

  /**
   * The windows of a text: its tokens (cut as its data set's protocol says) split by {@link
   * #split}.
   *
   * @throws PbqException BAD_DATA naming the text if it has fewer than {@code seqlen} tokens
   */
  public static int[][] of(
      EvaluationText text, Tokenizer tokenizer, int seqlen, OptionalInt limit) {
    return split(text.name(), text.tokens(tokenizer, seqlen), seqlen, limit);
  }

  /**
   * {@code floor(ids.length / seqlen)} windows of {@code seqlen} ids from the start; the tail is
   * dropped.
   *
   * @param limit at most so many windows, if given
   * @throws PbqException BAD_DATA if there are fewer than {@code seqlen} ids; USAGE if {@code
   *     seqlen} is below 2 (a window of one token predicts nothing) or the limit below 1
   */
  public static int[][] split(int[] ids, int seqlen, OptionalInt limit) {
    return split("the evaluation text", ids, seqlen, limit);
  }

  /** As {@link #split(int[], int, OptionalInt)}, with the text's name for messages. */
  public static int[][] split(String name, int[] ids, int seqlen, OptionalInt limit) {
    if (seqlen < 2) {
      throw PbqException.usage("seqlen must be at least 2, not " + seqlen);
    }
    if (limit.isPresent() && limit.getAsInt() < 1) {
      throw PbqException.usage("the limit of windows must be at least 1, not " + limit.getAsInt());
    }
    if (ids.length < seqlen) {
      throw PbqException.badData(
          "%s has only %d tokens, fewer than one window of %d".formatted(name, ids.length, seqlen));
    }
    int count = Math.min(ids.length / seqlen, limit.orElse(Integer.MAX_VALUE));
    int[][] windows = new int[count][];
    for (int i = 0; i < count; i++) {
      windows[i] = Arrays.copyOfRange(ids, i * seqlen, (i + 1) * seqlen);
    }
    return windows;
  }

  /** SHA-256 of the windows' ids one after the other, as little-endian int32, in hexadecimal. */
  public static String sha256(int[][] windows) {
    return Sha256.of(windows);
  }
}
