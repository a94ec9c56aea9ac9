package dev.pbq.train.builtin;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * Keys and values of the tokens so far, one pair per layer, each [sequences, heads, tokens, width].
 * Owns them.
 */
final class SampleCache implements AutoCloseable {
  private final NDManager manager;
  private final NDArray[] keys;
  private final NDArray[] values;

  SampleCache(NDManager parent, int layers) {
    this.manager = parent.newSubManager();
    this.keys = new NDArray[layers];
    this.values = new NDArray[layers];
  }

  /** Appends keys and returns all of them; the result stays with the cache. */
  NDArray keys(int layer, NDArray more) {
    keys[layer] = append(keys[layer], more);
    return keys[layer];
  }

  /** Appends values and returns all of them; the result stays with the cache. */
  NDArray values(int layer, NDArray more) {
    values[layer] = append(values[layer], more);
    return values[layer];
  }

  private NDArray append(NDArray before, NDArray more) {
    NDArray all = before == null ? more.duplicate() : before.concat(more, 2);
    all.attach(manager);
    if (before != null) {
      before.close();
    }
    return all;
  }

  @Override
  public void close() {
    manager.close();
  }
}
