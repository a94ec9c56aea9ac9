package dev.pbq.kernels.form;

/**
 * Vectors x in the order of the positions of {@link SignRuns}, halved, because the loops multiply
 * with 2 and -2.
 *
 * @param one times the factors of class 1 [positions, columns, copies]
 * @param zero times those of class 0; the same array where there are no factors
 * @param sums of the inputs of each run [runs, columns]
 */
record SignInputs(float[] one, float[] zero, float[] sums) {
  /**
   * @param x from {@code xAt} on, {@code count} vectors
   * @param columns at least {@code count}; what is missing is 0
   * @param copies of each number, one after the other
   */
  static SignInputs of(SignRuns runs, float[] x, int xAt, int count, int columns, int copies) {
    float[] one = new float[runs.positions() * columns * copies];
    float[] zero = runs.hasFactors() ? new float[one.length] : one;
    float[] sums = new float[runs.count() * columns];
    for (int j = 0; j < count; j++) {
      int from = xAt + j * runs.cols();
      for (int run = 0; run < runs.count(); run++) {
        double sum = 0;
        for (int p = 0; p < runs.columns(run); p++) {
          float value = x[from + runs.column(run, p)];
          sum += value;
          int at = ((runs.firstPosition(run) + p) * columns + j) * copies;
          for (int i = at; i < at + copies; i++) {
            one[i] = value * runs.factor(1, run, p) * 0.5f;
            zero[i] = value * runs.factor(0, run, p) * 0.5f;
          }
        }
        sums[run * columns + j] = (float) sum;
      }
    }
    return new SignInputs(one, zero, sums);
  }
}
