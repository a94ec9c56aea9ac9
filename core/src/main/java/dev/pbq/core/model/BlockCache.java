package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;

/** What one block keeps of the tokens so far; owned by its {@link KeyValueCache}. */
public sealed interface BlockCache permits AttentionCache, RecurrentCache {
  /** Tokens that it has seen and not forgotten. */
  int length();

  /** Whether {@link #truncate} can go back to so many tokens. */
  boolean canTruncate(int newLength);

  /**
   * Forgets all tokens but the first ones.
   *
   * @throws IllegalArgumentException if it cannot
   */
  void truncate(int newLength);

  /**
   * A copy for some of its sequences, each of which may be there several times.
   *
   * @param owner gets the copy's arrays
   * @param sequences which ones, counted from 0
   * @param capacity tokens that the copy has room for; at least {@link #length}
   */
  BlockCache fork(NDManager owner, long[] sequences, int capacity);

  /** Refuses more tokens than there is room for. */
  static void requireRoom(int tokens, int capacity) {
    if (tokens > capacity) {
      throw new IllegalArgumentException(
          "a cache of " + capacity + " tokens cannot hold " + tokens);
    }
  }
}
