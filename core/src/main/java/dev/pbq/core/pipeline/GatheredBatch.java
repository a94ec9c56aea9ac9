package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a batch of windows shows, put together from pieces that several threads run, and then shown
 * once, as if the batch had been run in one: sums over it are the same to the last bit.
 */
final class GatheredBatch {
  /** Values [sequences * tokens, features] of an input. */
  private record Shown(FloatBuffer x, int sequences, int tokens) {}

  private final NDManager owner;
  private final List<LinearInput> wanted;
  private final int first;
  private final int windows;
  private final LinearInputTap destination;
  private final Map<LinearInput, Shown> shown = new HashMap<>();

  /**
   * @param owner gets the copies
   * @param wanted inputs to keep
   * @param first window of the batch
   * @param windows how many it has
   * @param destination is asked what it wants; is shown nothing before {@link #show}
   */
  GatheredBatch(
      NDManager owner,
      List<LinearInput> wanted,
      int first,
      int windows,
      LinearInputTap destination) {
    this.owner = owner;
    this.wanted = wanted;
    this.first = first;
    this.windows = windows;
    this.destination = destination;
  }

  /**
   * A tap for a piece.
   *
   * @param from its first window
   * @param count how many it has; a batch with experts is one piece, as tokens are routed by batch
   */
  LinearInputTap piece(int from, int count) {
    return new LinearInputTap() {
      @Override
      public void accept(LinearInput input, FloatBuffer x, int sequences, int tokens) {
        if (wanted.contains(input)) {
          boolean whole = count == windows;
          FloatBuffer all = whole ? room(input, sequences, tokens) : room(input, windows, tokens);
          int values = sequences * tokens * input.features();
          int at = whole ? 0 : (from - first) * tokens * input.features();
          all.put(at, x, x.position(), values);
        }
      }

      @Override
      public boolean everyToken(LinearInput input) {
        return destination.everyToken(input);
      }

      @Override
      public boolean wants(LinearInput input) {
        return destination.wants(input);
      }
    };
  }

  private synchronized FloatBuffer room(LinearInput input, int sequences, int tokens) {
    Shown known = shown.get(input);
    if (known == null) {
      Shape shape = new Shape((long) sequences * tokens, input.features());
      NDArray array = owner.create(shape, DataType.FLOAT32);
      FloatBuffer x = array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
      known = new Shown(x, sequences, tokens);
      shown.put(input, known);
    }
    return known.x();
  }

  /** Shows the destination what was gathered. */
  void show() {
    for (LinearInput input : wanted) {
      Shown all = shown.get(input);
      if (all != null) {
        destination.accept(input, all.x(), all.sequences(), all.tokens());
      }
    }
  }
}
