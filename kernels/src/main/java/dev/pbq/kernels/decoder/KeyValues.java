package dev.pbq.kernels.decoder;

import dev.pbq.core.model.AttentionShape;
import java.util.Arrays;

/**
 * The keys and values of the tokens so far of one block, by head, float32. It grows with the
 * tokens. Keys stand in tiles of {@value #TILE} positions, [tile, headDim, position in the tile],
 * so that the scores of neighbouring positions are computed side by side; values as [position,
 * valueDim].
 */
final class KeyValues implements Memory {
  /** Positions of a tile of keys. */
  static final int TILE = 128;

  private final int headDim;
  private final int valueDim;
  private final float[][] keys;
  private final float[][] values;
  private int room;

  KeyValues(AttentionShape shape) {
    this.headDim = shape.headDim();
    this.valueDim = shape.valueDim();
    this.keys = new float[shape.keyValueHeads()][0];
    this.values = new float[shape.keyValueHeads()][0];
  }

  /** The keys of a head: [tiles, headDim, TILE]. Lent. */
  float[] keys(int head) {
    return keys[head];
  }

  /** The values of a head: [positions, valueDim]. Lent. */
  float[] values(int head) {
    return values[head];
  }

  @Override
  public long bytes() {
    return (long) Float.BYTES * room * keys.length * (headDim + valueDim);
  }

  /**
   * Sets keys and values of a span, in place of any that were at its positions.
   *
   * @param key [tokens, heads, headDim]
   * @param value [tokens, heads, valueDim]
   */
  void put(float[] key, float[] value, Span span) {
    grow(span.position() + span.count());
    for (int t = 0; t < span.count(); t++) {
      int position = span.position() + t;
      for (int h = 0; h < keys.length; h++) {
        int from = (t * keys.length + h) * headDim;
        int to = position / TILE * headDim * TILE + position % TILE;
        for (int d = 0; d < headDim; d++) {
          keys[h][to + d * TILE] = key[from + d];
        }
        System.arraycopy(
            value, (t * keys.length + h) * valueDim, values[h], position * valueDim, valueDim);
      }
    }
  }

  private void grow(int positions) {
    if (positions <= room) {
      return;
    }
    int tiles = (Math.max(positions, room + room / 2) + TILE - 1) / TILE;
    room = tiles * TILE;
    for (int h = 0; h < keys.length; h++) {
      keys[h] = Arrays.copyOf(keys[h], Math.multiplyExact(room, headDim));
      values[h] = Arrays.copyOf(values[h], Math.multiplyExact(room, valueDim));
    }
  }
}
