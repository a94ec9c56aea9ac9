package dev.pbq.train.run;

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
public final class TrainingText {
  private TrainingText() {}

  /**
   * The windows.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if the text is shorter than one batch
   */
  public static TokenWindows windows(
      CalibrationText text, Tokenizer tokenizer, TrainingSettings settings) {
    int[] tokens;
    if (text instanceof CalibrationText.Contiguous whole) {
      tokens = tokenizer.encode(whole.text());
    } else {
      int steps = settings.schedule().steps();
      int count = steps * settings.accumulate() * settings.batch() + settings.heldOut();
      int[][] drawn =
          CalibrationSampler.draw(text, tokenizer, count, settings.tokens(), settings.seed())
              .windows();
      tokens = joined(List.of(drawn), settings.tokens());
    }
    return TokenWindows.pack(
        tokens,
        settings.tokens(),
        settings.batch(),
        settings.heldOut(),
        settings.seed(),
        text.source());
  }

  private static int[] joined(List<int[]> windows, int length) {
    int[] all = new int[Math.multiplyExact(windows.size(), length)];
    for (int i = 0; i < windows.size(); i++) {
      System.arraycopy(windows.get(i), 0, all, i * length, length);
    }
    return all;
  }
}
