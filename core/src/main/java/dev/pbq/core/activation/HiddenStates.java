package dev.pbq.core.activation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;

/**
 * Moves batches of windows between an {@link WindowValues} and DJL arrays. A batch holds as many
 * whole windows as fit a token budget: small models need large batches to be fast, large ones need
 * small batches to fit.
 *
 * @param windows how many windows there are
 * @param tokens tokens of each
 * @param hidden width of a hidden state
 * @param batch windows per batch
 */
public record HiddenStates(int windows, int tokens, int hidden, int batch) {
  /** Values (tokens * width) that a batch may have: 2048 tokens of a 7B model. */
  private static final long BATCH_VALUES = 2048L * 4096;

  /** Tokens beyond which a larger batch gains nothing even for tiny models. */
  private static final int BATCH_TOKENS = 8192;

  /** Tokens from which on one thread's products are fast. */
  private static final int PIECE_TOKENS = 1024;

  /** Chooses the batch from the sizes alone, so that a resumed run computes in the same batches. */
  public static HiddenStates of(int windows, int tokens, int hidden) {
    long byValues = BATCH_VALUES / ((long) tokens * hidden);
    long byTokens = BATCH_TOKENS / tokens;
    int batch = (int) Math.max(1, Math.min(windows, Math.min(byValues, byTokens)));
    return new HiddenStates(windows, tokens, hidden, batch);
  }

  /** Values of one window. */
  public long windowValues() {
    return (long) tokens * hidden;
  }

  /** Number of windows in the batch that starts at {@code first}. */
  public int batchAt(int first) {
    return Math.min(batch, windows - first);
  }

  /** Windows that are run at a time by one of several threads: a part of a batch, or all of it. */
  public int piece() {
    return Math.max(1, Math.min(batch, PIECE_TOKENS / tokens));
  }

  /** A batch as an array [windows, tokens, hidden]; {@code manager} owns it. */
  public NDArray read(WindowValues file, int first, NDManager manager) {
    return read(file, first, batchAt(first), manager);
  }

  /** Some windows as an array [count, tokens, hidden]; {@code manager} owns it. */
  public NDArray read(WindowValues file, int first, int count, NDManager manager) {
    NDArray array = manager.create(new Shape(count, tokens, hidden), DataType.FLOAT32);
    file.read(first, array.toByteBuffer(true).order(ByteOrder.nativeOrder()));
    return array;
  }

  /** Stores the windows of an array from {@code first} on. */
  public void write(WindowValues file, int first, NDArray array) {
    file.write(first, array.toByteBuffer(true).order(ByteOrder.nativeOrder()));
  }
}
