package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** The keys and values of one block for the tokens so far. */
final class AttentionCache implements BlockCache {
  private final NDArray keys;
  private final NDArray values;
  private final int capacity;
  private int length;

  /**
   * @param owner gets the arrays [sequences, capacity, keyValueHeads, headDim or valueDim]
   */
  AttentionCache(NDManager owner, AttentionShape heads, int sequences, int capacity) {
    this(
        owner,
        new Shape(sequences, capacity, heads.keyValueHeads(), heads.headDim()),
        new Shape(sequences, capacity, heads.keyValueHeads(), heads.valueDim()));
  }

  private AttentionCache(NDManager owner, Shape keys, Shape values) {
    this.keys = owner.zeros(keys, DataType.FLOAT32);
    this.values = owner.zeros(values, DataType.FLOAT32);
    this.capacity = Math.toIntExact(keys.get(1));
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public boolean canTruncate(int newLength) {
    return newLength >= 0 && newLength <= length;
  }

  @Override
  public void truncate(int newLength) {
    if (!canTruncate(newLength)) {
      throw new IllegalArgumentException("cannot cut " + length + " tokens to " + newLength);
    }
    length = newLength;
  }

  @Override
  public AttentionCache fork(NDManager owner, long[] sequences, int newCapacity) {
    BlockCache.requireRoom(length, newCapacity);
    AttentionCache fork =
        new AttentionCache(
            owner,
            withRoom(keys.getShape(), sequences.length, newCapacity),
            withRoom(values.getShape(), sequences.length, newCapacity));
    try (NDArray ownKeys = keys();
        NDArray ownValues = values();
        NDArray someKeys = HostArrays.pickGroups(ownKeys, keys.getShape().get(0), sequences);
        NDArray someValues = HostArrays.pickGroups(ownValues, keys.getShape().get(0), sequences)) {
      fork.append(someKeys, someValues);
    }
    return fork;
  }

  private static Shape withRoom(Shape shape, int sequences, int capacity) {
    return new Shape(sequences, capacity, shape.get(2), shape.get(3));
  }

  /** Adds keys and values [sequences, tokens, keyValueHeads, headDim]. */
  void append(NDArray addedKeys, NDArray addedValues) {
    int end = length + Math.toIntExact(addedKeys.getShape().get(1));
    BlockCache.requireRoom(end, capacity);
    NDIndex place = new NDIndex().addAllDim().addSliceDim(length, end);
    keys.set(place, addedKeys);
    values.set(place, addedValues);
    length = end;
  }

  /** A view [sequences, length, keyValueHeads, headDim] of all keys; the caller closes it. */
  NDArray keys() {
    return HostArrays.slice(keys, 1, 0, length);
  }

  /** As {@link #keys}, of the values. */
  NDArray values() {
    return HostArrays.slice(values, 1, 0, length);
  }
}
