package dev.pbq.train.student;

import dev.pbq.core.PbqException;
import java.util.Arrays;

/**
 * A text's tokens packed into windows of one length, the last of which are held out: never trained
 * on, used to follow the run. Which windows a step sees follows from the seed and the step's number
 * alone, so that a resumed run sees what an uninterrupted one would: every epoch has all windows
 * once, in an order of its own.
 */
public final class TokenWindows {
  private final int[][] training;
  private final int[][] heldOut;
  private final EpochOrder order;

  /**
   * Packs a text.
   *
   * @param tokens of the whole text; a rest shorter than a window is dropped
   * @param length tokens of each window, at least 2
   * @param batch windows of a batch
   * @param heldOut windows held out
   * @param name of the text, for the message
   * @throws PbqException BAD_DATA if there is not one batch beside what is held out
   */
  public static TokenWindows pack(
      int[] tokens, int length, int batch, int heldOut, long seed, String name) {
    int count = tokens.length / length;
    if (count < batch + heldOut) {
      throw PbqException.badData(
          name
              + " has "
              + tokens.length
              + " tokens: "
              + count
              + " windows of "
              + length
              + ", fewer than a batch of "
              + batch
              + " and "
              + heldOut
              + " held out");
    }
    int[][] all = new int[count][];
    for (int i = 0; i < count; i++) {
      all[i] = Arrays.copyOfRange(tokens, i * length, (i + 1) * length);
    }
    return new TokenWindows(
        Arrays.copyOf(all, count - heldOut), Arrays.copyOfRange(all, count - heldOut, count), seed);
  }

  private TokenWindows(int[][] training, int[][] heldOut, long seed) {
    this.training = training;
    this.heldOut = heldOut;
    this.order = new EpochOrder(training.length, seed);
  }

  /** Windows that are trained on. */
  public int size() {
    return training.length;
  }

  /** The windows held out; not copied, not to be changed. */
  public int[][] heldOut() {
    return heldOut;
  }

  /**
   * Windows {@code first .. first + count - 1} of the endless sequence of epochs.
   *
   * @return token ids [count][tokens]; not to be changed
   */
  public int[][] take(long first, int count) {
    int[][] batch = new int[count][];
    for (int i = 0; i < count; i++) {
      batch[i] = training[order.at(first + i)];
    }
    return batch;
  }
}
