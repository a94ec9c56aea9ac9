package dev.pbq.core.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import java.util.function.Supplier;

/**
 * Starts DJL's PyTorch engine: the one place that does. The natives load on the first call, which
 * takes a second, or some seconds where they must first be unpacked.
 */
public final class Engines {
  private static final String PYTORCH = "PyTorch";

  private Engines() {}

  /**
   * A manager for arrays in main memory; the caller owns it.
   *
   * @throws PbqException NOT_FOUND if the engine's native libraries cannot be loaded
   */
  public static NDManager newManager() {
    return newManager(Device.cpu());
  }

  /**
   * A manager for arrays on a device; the caller owns it.
   *
   * @throws PbqException NOT_FOUND if the engine's native libraries cannot be loaded
   */
  public static NDManager newManager(Device device) {
    return start(() -> Engine.getEngine(PYTORCH)).newBaseManager(device);
  }

  /**
   * A manager for arrays on a device; the caller owns it.
   *
   * @param device {@code cpu}, {@code gpu} for the first, or {@code gpu:N}
   * @throws PbqException USAGE if there is no such device; NOT_FOUND if the engine's native
   *     libraries cannot be loaded
   */
  public static NDManager newManager(String device) {
    if (device.equals("cpu")) {
      return newManager();
    }
    if (!device.matches("gpu(:\\d{1,3})?")) {
      throw PbqException.setting("{device} %s is none of cpu, gpu and gpu:N", device);
    }
    int index = device.equals("gpu") ? 0 : Integer.parseInt(device.substring("gpu:".length()));
    int found = start(() -> Engine.getEngine(PYTORCH)).getGpuCount();
    if (index >= found) {
      throw PbqException.setting(
          "{device} %s: the engine sees %s", device, found == 0 ? "no GPU" : found + " GPUs");
    }
    return newManager(Device.gpu(index));
  }

  /**
   * Sets how many threads one operation may use, for the whole process. Results are bit-identical
   * only between runs with equal numbers of threads.
   *
   * @throws PbqException USAGE if {@code threads} is not positive
   */
  public static void setThreads(int threads) {
    if (threads < 1) {
      throw PbqException.usage("the number of threads must be positive, not " + threads);
    }
    start(() -> Engine.getEngine(PYTORCH));
    JniUtils.setNumThreads(threads);
  }

  /**
   * Runs something whose operations all keep to the thread that calls them, so that their results
   * do not depend on a number of threads; afterwards operations use those of {@link Parallel}.
   */
  public static void onCallingThreads(Runnable body) {
    setThreads(1);
    try {
      body.run();
    } finally {
      setThreads(Parallel.threads());
    }
  }

  static Engine start(Supplier<Engine> engine) {
    // Without it DJL downloads natives and calls home.
    System.setProperty("ai.djl.offline", "true");
    try {
      return engine.get();
    } catch (EngineException | LinkageError | IllegalStateException e) {
      throw new PbqException(
          PbqException.Kind.NOT_FOUND,
          "the native libraries of the PyTorch engine cannot be loaded (is there room in"
              + " ~/.djl.ai, or in the folder that DJL_CACHE_DIR names?): "
              + rootMessage(e),
          e);
    }
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? root.toString() : root.getMessage();
    return message.lines().findFirst().orElse(root.toString());
  }
}
