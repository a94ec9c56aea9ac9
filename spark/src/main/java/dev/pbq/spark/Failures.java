package dev.pbq.spark;

import dev.pbq.core.PbqException;
import java.util.concurrent.Callable;

/** Failures of jobs, as those of this machine. */
final class Failures {
  private Failures() {}

  /**
   * Runs a job.
   *
   * @throws PbqException that of the task that failed, or RESOURCES if executors or Spark failed
   */
  static <T> T of(Callable<T> job) {
    try {
      return job.call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Spark was working", e);
    } catch (Exception e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof PbqException known) {
          throw known;
        }
      }
      throw PbqException.resources("Spark: " + PbqException.oneLine(firstLine(e)), e);
    }
  }

  /** What a failure says first: Spark puts stack traces of other machines behind it. */
  static String firstLine(Throwable failure) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
