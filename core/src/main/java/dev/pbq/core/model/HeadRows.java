package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/**
 * Where consecutive rows of the vocabulary's weight come from: read when they are first held, and
 * then kept by the loader's owner, or read for each use. One thread at a time.
 */
final class HeadRows {
  private final WeightLoader loader;
  private final String name;
  private final Optional<String> bias;
  private final long first;
  private final int count;
  private HeadPiece held;

  /**
   * @param first row
   * @param count of rows
   */
  HeadRows(WeightLoader loader, String name, Optional<String> bias, long first, int count) {
    this.loader = loader;
    this.name = name;
    this.bias = bias;
    this.first = first;
    this.count = count;
  }

  /** Tokens whose logits they give. */
  int count() {
    return count;
  }

  /** The rows, which are in memory from now on. */
  HeadPiece hold() {
    if (held == null) {
      held = load(loader, Optional.empty());
    }
    return held;
  }

  /** The rows, for the caller to close: read for this call unless they are held. */
  HeadPiece open() {
    if (held != null) {
      return held;
    }
    NDManager own = loader.owner().newSubManager();
    boolean done = false;
    try {
      HeadPiece piece = load(loader.into(own), Optional.of(own));
      done = true;
      return piece;
    } finally {
      if (!done) {
        own.close();
      }
    }
  }

  private HeadPiece load(WeightLoader into, Optional<NDManager> own) {
    NDArray weight = into.loadRows(name, first, count);
    return new HeadPiece(weight, bias.map(b -> into.loadRows(b, first, count)), own);
  }
}
