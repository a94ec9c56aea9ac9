package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.CalibrationSampler;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.train.student.TokenWindows;
import java.util.List;

/**
 * Windows of a text for one run. One long text is packed: cut into windows that do not overlap, all
 * of which are seen before any is seen again. Of documents that are kept apart (C4) as many windows
 * are drawn as the run needs, each within one document.
 */
final class TrainingText {
  private TrainingText() {}

  /**
   * The windows.
   *
   * @throws PbqException BAD_DATA if the text is shorter than one batch; USAGE if epochs are asked
   *     for of documents that windows are drawn from
   */
  static TokenWindows windows(CalibrationText text, Tokenizer tokenizer, WindowSizes sizes) {
    int[] tokens;
    if (text instanceof CalibrationText.Contiguous whole) {
      tokens = tokenizer.encode(whole.text());
    } else {
      if (sizes.steps() == null) {
        throw PbqException.setting(
            "{epochs}: windows are drawn from the documents of %s, which has no epochs; give"
                + " {steps}",
            text.source());
      }
      int steps = Math.max(1, sizes.steps());
      int count = steps * sizes.accumulate() * sizes.batch() + sizes.heldOut();
      int[][] drawn =
          CalibrationSampler.draw(text, tokenizer, count, sizes.tokens(), sizes.seed()).windows();
      tokens = joined(List.of(drawn), sizes.tokens());
    }
    return pack(tokens, sizes, text.source());
  }

  /**
   * Cuts tokens into windows.
   *
   * @param name of the text, for the message
   * @throws PbqException BAD_DATA if there are fewer than one batch
   */
  static TokenWindows pack(int[] tokens, WindowSizes sizes, String name) {
    return TokenWindows.pack(
        tokens, sizes.tokens(), sizes.batch(), sizes.heldOut(), sizes.seed(), name);
  }

  private static int[] joined(List<int[]> windows, int length) {
    int[] all = new int[Math.multiplyExact(windows.size(), length)];
    for (int i = 0; i < windows.size(); i++) {
      System.arraycopy(windows.get(i), 0, all, i * length, length);
    }
    return all;
  }
}
