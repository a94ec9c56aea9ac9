package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.PbqException;
import java.util.function.BiFunction;

/** What is the same around every block's computation. */
final class BlockFrame {
  private BlockFrame() {}

  /**
   * Runs {@code body} on a view of {@code hidden} as [sequences * tokens, hidden] whose manager is
   * closed at the end, and hands its result to the manager of {@code hidden}.
   *
   * @param name the block, for messages
   * @throws PbqException NUMERICAL if the result is not finite
   */
  static NDArray run(
      String name,
      NDArray hidden,
      LinearInputTap tap,
      BiFunction<NDArray, InputTap, NDArray> body) {
    OwnedArrays.stopGradients();
    Shape shape = hidden.getShape();
    if (shape.dimension() != 3) {
      throw new IllegalArgumentException("a block needs [sequences, tokens, hidden], not " + shape);
    }
    InputTap inputTap =
        new InputTap(tap, Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)));
    NDManager manager = hidden.getManager();
    try (NDManager stage = manager.newSubManager()) {
      NDArray x = hidden.reshape(new Shape(-1, shape.get(2)));
      x.attach(stage);
      NDArray y = body.apply(x, inputTap);
      requireFinite(name, y);
      NDArray result = y.reshape(shape);
      result.attach(manager);
      return result;
    }
  }

  private static void requireFinite(String name, NDArray y) {
    try (NDArray sum = y.sum()) {
      if (Float.isFinite(sum.getFloat())) {
        return;
      }
    }
    try (NDArray magnitude = y.abs();
        NDArray largest = magnitude.max()) {
      // NaN propagates through max. A sum of finite entries may have overflowed.
      if (!Float.isFinite(largest.getFloat())) {
        throw PbqException.numerical(name + " gives NaN or infinity");
      }
    }
  }
}
