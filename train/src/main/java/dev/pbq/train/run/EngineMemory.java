package dev.pbq.train.run;

import ai.djl.engine.EngineException;
import dev.pbq.core.Amounts;
import dev.pbq.core.PbqException;
import java.util.Locale;
import java.util.function.Supplier;

/** Turns an engine or a heap that runs out of memory into a message that says what to lower. */
public final class EngineMemory {
  private EngineMemory() {}

  /**
   * Does work.
   *
   * @param estimate asked for if memory runs out
   * @throws PbqException RESOURCES if memory runs out; whatever the work throws
   */
  public static <T> T guard(Supplier<TrainingEstimate> estimate, Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      throw tooLittle(estimate.get(), e);
    } catch (EngineException e) {
      String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("memory")) {
        throw tooLittle(estimate.get(), e);
      }
      throw e;
    }
  }

  private static PbqException tooLittle(TrainingEstimate estimate, Throwable cause) {
    return PbqException.resources(
        "memory is full: this training takes about "
            + Amounts.bytes(estimate.memoryBytes())
            + ", "
            + Amounts.bytes(estimate.graphBytes())
            + " of them for what a batch leaves for its backward pass; a smaller batch, shorter"
            + " windows or the recomputation of blocks take less",
        cause);
  }
}
