package dev.pbq.eval.protocol;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.eval.scoring.MeasuredModel;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Checks and steps that the windows of all protocols share. */
final class Windows {
  /** Sequences longer than this are a choice to be made, not a default. */
  private static final int LONGEST_DEFAULT = 2048;

  private static final int SHOWN_TOKENS = 8;

  private Windows() {}

  /** The papers' window: 2048 tokens, or what the model has positions for. */
  static int papers(TransformerModel model) {
    return Math.min(LONGEST_DEFAULT, model.maxPositions());
  }

  /**
   * Checks a window's length.
   *
   * @throws PbqException USAGE if it is below {@code least} or beyond the model's positions
   */
  static int checked(int seqlen, int least, CausalModel model) {
    if (seqlen < least || seqlen > model.maxPositions()) {
      throw PbqException.setting(
          "{seqlen} %s is not between %s and the model's %s", seqlen, least, model.maxPositions());
    }
    return seqlen;
  }

  static int limited(int count, OptionalInt limit) {
    return Math.min(count, limit.orElse(Integer.MAX_VALUE));
  }

  /** The first ids, which show the BOS rule that was applied. */
  static List<Integer> shown(int[] ids) {
    return IntStream.of(Arrays.copyOf(ids, Math.min(SHOWN_TOKENS, ids.length))).boxed().toList();
  }

  /** How a text that was tokenized once begins. */
  static String bosOfText(MeasuredModel model, int[] ids) {
    OptionalInt bos = model.tokenizer().bosTokenId();
    return bos.isPresent() && ids.length > 0 && ids[0] == bos.getAsInt()
        ? "once, at the start of the text"
        : "none";
  }

  static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) * 1e-9;
  }
}
