package dev.pbq.kernels.decoder;

import dev.pbq.core.model.AttentionShape;
import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;

/**
 * The keys and values of the tokens so far of one block, by head, float32, in the panels that
 * {@link Lanes#column} reads; they grow with the tokens. A panel of keys holds {@value Lanes#ROWS}
 * positions, [feature, position]; a panel of values {@value Lanes#ROWS} features of all positions,
 * [position, feature].
 */
final class KeyValues implements Memory {
  private final int headDim;
  private final int valueDim;
  private final int heads;
  private final int panels;
  private final float[][] keys;
  private final float[][] values;
  private int room;

  KeyValues(AttentionShape shape) {
    this.headDim = shape.headDim();
    this.valueDim = shape.valueDim();
    this.heads = shape.keyValueHeads();
    this.panels = (valueDim + Lanes.ROWS - 1) / Lanes.ROWS;
    this.keys = new float[heads][0];
    this.values = new float[heads * panels][0];
  }

  /** Features of a key with padding: an even number. */
  int evenDim() {
    return headDim + headDim % 2;
  }

  /** Panels of a head's values. */
  int panels() {
    return panels;
  }

  /** The keys of a head: [positions / ROWS, evenDim, ROWS]. Lent. */
  float[] keys(int head) {
    return keys[head];
  }

  /** Some features of a head's values: [positions, ROWS]. Lent. */
  float[] values(int head, int panel) {
    return values[head * panels + panel];
  }

  @Override
  public long bytes() {
    return (long) Float.BYTES * room * heads * (evenDim() + (long) panels * Lanes.ROWS);
  }

  /**
   * Sets keys and values of a span, in place of any that were at its positions.
   *
   * @param key [tokens, heads, headDim]
   * @param value [tokens, heads, valueDim]
   */
  void put(float[] key, float[] value, Span span) {
    int end = span.position() + span.count();
    grow(end);
    for (int t = 0; t < span.count(); t++) {
      for (int h = 0; h < heads; h++) {
        put(h, span.position() + t, key, (t * heads + h) * headDim);
        putValue(h, span.position() + t, value, (t * heads + h) * valueDim);
      }
    }
    // Positions are read in pairs, the last perhaps with one behind it that has no weight.
    for (float[] panel : values) {
      Arrays.fill(panel, end * Lanes.ROWS, Math.min(room, end + 1) * Lanes.ROWS, 0);
    }
  }

  private void put(int head, int position, float[] key, int from) {
    int to = position / Lanes.ROWS * evenDim() * Lanes.ROWS + position % Lanes.ROWS;
    for (int d = 0; d < headDim; d++) {
      keys[head][to + d * Lanes.ROWS] = key[from + d];
    }
  }

  private void putValue(int head, int position, float[] value, int from) {
    for (int d = 0; d < valueDim; d += Lanes.ROWS) {
      int some = Math.min(Lanes.ROWS, valueDim - d);
      float[] panel = values(head, d / Lanes.ROWS);
      System.arraycopy(value, from + d, panel, position * Lanes.ROWS, some);
    }
  }

  private void grow(int positions) {
    if (positions <= room) {
      return;
    }
    int tiles = (Math.max(positions, room + room / 2) + Lanes.ROWS - 1) / Lanes.ROWS;
    room = Math.multiplyExact(tiles, Lanes.ROWS);
    for (int h = 0; h < heads; h++) {
      keys[h] = Arrays.copyOf(keys[h], Math.multiplyExact(room, evenDim()));
    }
    for (int p = 0; p < values.length; p++) {
      values[p] = Arrays.copyOf(values[p], Math.multiplyExact(room, Lanes.ROWS));
    }
  }
}
