package dev.pbq.gptqpb;

/**
 * Limits of a grid with less squared error than the smallest and the largest weight give: a few
 * large weights are clipped so that all others have a finer grid. Both limits shrink together
 * first, in steps, then each by itself. (GPTQ's program shrinks both together alone, with an error
 * to the power 2.4.)
 *
 * @param grids whose limits are set
 */
record RangeSearch(MinMaxGrids grids) {
  /** Shares of the whole range that are tried first. */
  private static final int SHRINKS = 16;

  private static final float LEAST_SHARE = 0.3f;

  /** By how much each limit is then moved, as a share of itself. */
  private static final float[] MOVES = {0.08f, 0.04f, 0.02f, 0.01f};

  /**
   * Sets grid {@code i}.
   *
   * @param w the group's weights are {@code w[from .. to)}
   * @param cost what a squared error of each weight costs, from {@code costFrom} on; null for one
   *     cost for all
   */
  void fit(int i, float[] w, int from, int to, float[] cost, int costFrom) {
    float min = 0;
    float max = 0;
    for (int k = from; k < to; k++) {
      min = Math.min(min, w[k]);
      max = Math.max(max, w[k]);
    }
    float low = min;
    float high = max;
    double least = error(i, low, high, w, from, to, cost, costFrom);
    for (int s = 1; s < SHRINKS; s++) {
      float share = 1 - s * (1 - LEAST_SHARE) / (SHRINKS - 1);
      double e = error(i, share * min, share * max, w, from, to, cost, costFrom);
      if (e < least) {
        least = e;
        low = share * min;
        high = share * max;
      }
    }
    for (float move : MOVES) {
      for (int side = 0; side < 4; side++) {
        float factor = side % 2 == 0 ? 1 - move : 1 + move;
        float a = side < 2 ? low * factor : low;
        float b = side < 2 ? high : high * factor;
        double e = error(i, a, b, w, from, to, cost, costFrom);
        if (e < least) {
          least = e;
          low = a;
          high = b;
        }
      }
    }
    grids.fit(i, low, high);
  }

  private double error(
      int i, float low, float high, float[] w, int from, int to, float[] cost, int costFrom) {
    grids.fit(i, low, high);
    return grids.squaredError(i, w, from, to, cost, costFrom);
  }
}
