package dev.pbq.export;

/** Is told what an export is at. */
@FunctionalInterface
public interface ExportProgress {
  /** Tells nobody. */
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
