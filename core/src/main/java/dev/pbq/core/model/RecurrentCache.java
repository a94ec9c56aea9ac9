package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * What a gated delta rule keeps of the tokens so far: the last inputs of its convolution and the
 * state of every head. Its size does not grow with the tokens, and it cannot be taken back to fewer
 * of them, but to none.
 */
final class RecurrentCache implements BlockCache {
  private final NDArray inputs;
  private final NDArray states;
  private final int capacity;
  private int length;

  /**
   * @param owner gets the arrays
   */
  RecurrentCache(NDManager owner, DeltaSizes sizes, int sequences, int capacity) {
    this(
        owner.zeros(new Shape(sequences, sizes.kernel() - 1L, sizes.channels()), DataType.FLOAT32),
        owner.zeros(
            new Shape((long) sequences * sizes.valueHeads(), sizes.keyDim(), sizes.valueDim()),
            DataType.FLOAT32),
        capacity);
  }

  private RecurrentCache(NDArray inputs, NDArray states, int capacity) {
    this.inputs = inputs;
    this.states = states;
    this.capacity = capacity;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public boolean canTruncate(int newLength) {
    return newLength == 0 || newLength == length;
  }

  @Override
  public void truncate(int newLength) {
    if (!canTruncate(newLength)) {
      throw new IllegalArgumentException("cannot take " + length + " tokens back to " + newLength);
    }
    if (newLength < length) {
      inputs.set(new NDIndex(":"), 0);
      states.set(new NDIndex(":"), 0);
    }
    length = newLength;
  }

  @Override
  public RecurrentCache fork(NDManager owner, long[] sequences, int newCapacity) {
    BlockCache.requireRoom(length, newCapacity);
    long all = inputs.getShape().get(0);
    NDArray someInputs = HostArrays.pickGroups(inputs, all, sequences);
    someInputs.attach(owner);
    NDArray someStates = HostArrays.pickGroups(states, all, sequences);
    someStates.attach(owner);
    RecurrentCache fork = new RecurrentCache(someInputs, someStates, newCapacity);
    fork.length = length;
    return fork;
  }

  /** [sequences, kernel - 1, channels]: the last inputs of the convolution, lent. */
  NDArray inputs() {
    return inputs;
  }

  /** [sequences * heads, keyDim, valueDim], lent. */
  NDArray states() {
    return states;
  }

  /**
   * Counts tokens that are being computed.
   *
   * @throws IllegalArgumentException if there is no room for them
   */
  void advance(int tokens) {
    BlockCache.requireRoom(length + tokens, capacity);
    length += tokens;
  }
}
