package dev.pbq.eval.sensitivity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Hidden states of windows in a scratch file that goes when it is closed. */
final class States implements AutoCloseable {
  /** What becomes of a batch of hidden states. */
  @FunctionalInterface
  interface Batch {
    /**
     * Takes a batch.
     *
     * @param first its first window
     * @param hidden [windows, tokens, hidden]; closed afterwards
     */
    void accept(int first, NDArray hidden);
  }

  private final HiddenStates shape;
  private final Path path;
  private final ActivationFile file;

  private States(HiddenStates shape, Path path) {
    this.shape = shape;
    this.path = path;
    this.file = ActivationFile.open(path, shape.windowValues());
  }

  /**
   * Makes the file.
   *
   * @throws PbqException RESOURCES if it cannot be made
   */
  static States create(int windows, int tokens, int hidden, Path scratch) {
    try {
      return new States(
          HiddenStates.of(windows, tokens, hidden),
          Files.createTempFile(scratch, "pbq-sensitivity-", ".f32"));
    } catch (IOException e) {
      throw PbqException.resources("cannot make a scratch file in " + scratch, e);
    }
  }

  int windows() {
    return shape.windows();
  }

  int batch() {
    return shape.batch();
  }

  /** Reads the first {@code windows} windows, batch by batch. */
  void forEach(int windows, NDManager manager, Batch action) {
    HiddenStates some = new HiddenStates(windows, shape.tokens(), shape.hidden(), shape.batch());
    for (int first = 0; first < windows; first += some.batch()) {
      try (NDManager scope = manager.newSubManager()) {
        action.accept(first, some.read(file, first, scope));
      }
    }
  }

  /** Reads one window [1, tokens, hidden]; {@code manager} owns it. */
  NDArray window(int index, NDManager manager) {
    return new HiddenStates(index + 1, shape.tokens(), shape.hidden(), 1)
        .read(file, index, manager);
  }

  /** Stores consecutive windows. */
  void write(int first, NDArray hidden) {
    shape.write(file, first, hidden);
  }

  @Override
  public void close() {
    try (file) {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw PbqException.resources("cannot delete the scratch file " + path, e);
    }
  }
}
