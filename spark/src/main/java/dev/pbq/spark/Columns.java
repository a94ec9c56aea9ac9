package dev.pbq.spark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** The last columns of matrices, as bytes. */
final class Columns {
  private Columns() {}

  /**
   * Copies columns {@code from .. features - 1}.
   *
   * @param x [rows, features] from its position on; the position stays
   * @return float32 in native byte order, [rows, features - from]
   */
  static byte[] from(int from, FloatBuffer x, int rows, int features) {
    int width = features - from;
    byte[] values = new byte[Math.toIntExact((long) rows * width * Float.BYTES)];
    FloatBuffer to = ByteBuffer.wrap(values).order(ByteOrder.nativeOrder()).asFloatBuffer();
    if (from == 0) {
      to.put(0, x, x.position(), rows * width);
      return values;
    }
    for (int row = 0; row < rows; row++) {
      to.put(row * width, x, x.position() + row * features + from, width);
    }
    return values;
  }
}
