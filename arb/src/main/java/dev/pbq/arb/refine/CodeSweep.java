package dev.pbq.arb.refine;

/**
 * Chooses the codes of one row, column after column: the nearest value that is allowed, its error
 * compensated in the columns that follow (GPTQ, arXiv 2210.17323, algorithm 1). One per thread.
 */
final class CodeSweep {
  private final BlockMetric metric;
  private final boolean chooseGroups;
  private final double[] current;

  CodeSweep(BlockMetric metric, boolean chooseGroups) {
    this.metric = metric;
    this.chooseGroups = chooseGroups;
    this.current = new double[metric.k()];
  }

  /**
   * Sweeps over a row.
   *
   * @param w the row's weights, from {@code offset}
   * @param levels the values that each column may take
   * @param codes the row's codes; read for the class of each weight, overwritten
   * @return |(w - q) U_bb^-1|^2
   */
  double choose(double[] w, int offset, RowLevels levels, byte[] codes, int codeOffset) {
    int k = metric.k();
    double[] u = metric.u();
    System.arraycopy(w, offset, current, 0, k);
    double sum = 0;
    for (int j = 0; j < k; j++) {
      double[] values = levels.at(j);
      int planes = levels.planes(j);
      int from = 0;
      int to = levels.count(j);
      if (!chooseGroups) {
        from = (codes[codeOffset + j] >>> planes) << planes;
        to = from + (1 << planes);
      }
      double wanted = current[j];
      int best = from;
      double distance = Math.abs(wanted - values[from]);
      for (int c = from + 1; c < to; c++) {
        double d = Math.abs(wanted - values[c]);
        if (d < distance) {
          distance = d;
          best = c;
        }
      }
      codes[codeOffset + j] = (byte) best;
      double e = (wanted - values[best]) / u[j * k + j];
      sum += e * e;
      for (int l = j + 1; l < k; l++) {
        current[l] -= e * u[j * k + l];
      }
    }
    return sum;
  }

  /** |(w - q) U_bb^-1|^2 of a row with the codes that it has. */
  double measure(double[] w, int offset, RowLevels levels, byte[] codes, int codeOffset) {
    int k = metric.k();
    double[] u = metric.u();
    System.arraycopy(w, offset, current, 0, k);
    double sum = 0;
    for (int j = 0; j < k; j++) {
      double e = (current[j] - levels.at(j)[codes[codeOffset + j]]) / u[j * k + j];
      sum += e * e;
      for (int l = j + 1; l < k; l++) {
        current[l] -= e * u[j * k + l];
      }
    }
    return sum;
  }
}
