package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;

/**
 * The mask of a tile of query rows: an array [height, width] of 0 and minus infinity.
 *
 * @param before how many of the keys precede the tile's first row
 * @param window how many keys a row sees at most; 0 for no such limit
 */
record CausalMask(NDArray array, int before, int window) {

  /**
   * Row i sees key j if j is at most i + before, and, with a window, more than i + before - window.
   */
  static CausalMask of(NDManager manager, int height, int width, int before, int window) {
    NDArray array =
        HostArrays.floats(
            manager,
            new Shape(height, width),
            buffer -> write(buffer, height, width, before, window));
    return new CausalMask(array, before, window);
  }

  /** Whether this is what {@link #of} would make of these. */
  boolean fits(int height, int width, int otherBefore, int otherWindow) {
    Shape shape = array.getShape();
    return shape.get(0) == height
        && shape.get(1) == width
        && before == otherBefore
        && window == otherWindow;
  }

  private static void write(FloatBuffer buffer, int height, int width, int before, int window) {
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        int distance = i + before - j;
        boolean seen = distance >= 0 && (window == 0 || distance < window);
        buffer.put(seen ? 0 : Float.NEGATIVE_INFINITY);
      }
    }
  }
}
