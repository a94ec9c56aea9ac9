package dev.pbq.export;

/** A listener to the progress of an export. */
@FunctionalInterface
public interface ExportProgress {
  /** Ignores every event. */
  ExportProgress NONE = (stage, tensor, done, total) -> {};

  /**
   * A tensor is begun.
   *
   * @param stage what is done with it: {@code plan}, {@code write} or {@code check}
   * @param tensor its name in the source
   * @param done tensors finished in this stage
   * @param total tensors of this stage
   */
  void at(String stage, String tensor, int done, int total);
}
