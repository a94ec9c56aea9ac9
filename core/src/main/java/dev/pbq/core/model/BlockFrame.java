package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.PbqException;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** The steps that are the same around every block's computation. */
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
    return run(name, hidden, tap(hidden, tap, Optional.empty()), body);
  }

  /** As the other, for tokens that follow those in a cache. */
  static NDArray run(
      String name, NDArray hidden, BlockCache cache, BiFunction<NDArray, InputTap, NDArray> body) {
    return run(name, hidden, tap(hidden, LinearInputTap.NONE, Optional.of(cache)), body);
  }

  /** As the others, but recorded by the engine if the thread records. */
  static NDArray record(String name, NDArray hidden, BiFunction<NDArray, InputTap, NDArray> body) {
    return compute(name, hidden, tap(hidden, LinearInputTap.NONE, Optional.empty()), body);
  }

  private static NDArray run(
      String name, NDArray hidden, InputTap inputTap, BiFunction<NDArray, InputTap, NDArray> body) {
    OwnedArrays.stopGradients();
    return compute(name, hidden, inputTap, body);
  }

  private static NDArray compute(
      String name, NDArray hidden, InputTap inputTap, BiFunction<NDArray, InputTap, NDArray> body) {
    NDManager manager = hidden.getManager();
    try (NDManager stage = manager.newSubManager()) {
      NDArray y = body.apply(rows(hidden, stage), inputTap);
      requireFinite(name, y);
      NDArray result = y.reshape(hidden.getShape());
      result.attach(manager);
      return result;
    }
  }

  /** As {@link #run}, where {@code body} only shows inputs to the tap. */
  static void show(NDArray hidden, LinearInputTap tap, BiConsumer<NDArray, InputTap> body) {
    OwnedArrays.stopGradients();
    InputTap inputTap = tap(hidden, tap, Optional.empty());
    try (NDManager stage = hidden.getManager().newSubManager()) {
      body.accept(rows(hidden, stage), inputTap);
    }
  }

  private static InputTap tap(NDArray hidden, LinearInputTap tap, Optional<BlockCache> cache) {
    Shape shape = hidden.getShape();
    if (shape.dimension() != 3) {
      throw new IllegalArgumentException("a block needs [sequences, tokens, hidden], not " + shape);
    }
    return new InputTap(tap, Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)), cache);
  }

  private static NDArray rows(NDArray hidden, NDManager stage) {
    NDArray x = hidden.reshape(new Shape(-1, hidden.getShape().get(2)));
    x.attach(stage);
    return x;
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
