package dev.pbq.core.packed;

import java.util.Random;

/** The ranges that zero points are drawn from: one for each way of storing them. */
enum Zeros {
  CONSTANT(7, 7),
  U8(0, 255),
  I8(-128, 127),
  I16(-32768, 32767),
  I32(Integer.MIN_VALUE, Integer.MAX_VALUE);

  private final int min;
  private final int max;

  Zeros(int min, int max) {
    this.min = min;
    this.max = max;
  }

  int[] draw(Random random, int count) {
    int[] zeros = new int[count];
    for (int i = 0; i < count; i++) {
      zeros[i] = (int) (min + Math.floorMod(random.nextLong(), (long) max - min + 1));
    }
    return zeros;
  }
}
