package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.function.Function;

/** Builds objects that own arrays, and closes the arrays made so far if it fails half-way. */
final class OwnedArrays {
  private OwnedArrays() {}

  /**
   * Calls {@code builder} with a new manager, whose owner is what it builds.
   *
   * @throws RuntimeException whatever the builder throws, after closing the manager
   */
  static <T> T build(NDManager parent, Function<NDManager, T> builder) {
    stopGradients();
    NDManager owner = parent.newSubManager();
    boolean done = false;
    try {
      T built = builder.apply(owner);
      done = true;
      return built;
    } finally {
      if (!done) {
        owner.close();
      }
    }
  }

  /** The arrays of an owner that carry the name of a tensor: those that were read. */
  static List<NDArray> named(NDManager owner) {
    return owner.getManagedArrays().stream().filter(array -> array.getName() != null).toList();
  }

  /** Whether the engine keeps what this thread computes, for gradients. */
  static boolean isRecording() {
    return JniUtils.isGradMode();
  }

  /** The engine starts every thread in gradient mode, which keeps all intermediate results. */
  static void stopGradients() {
    JniUtils.setGradMode(false);
  }
}
