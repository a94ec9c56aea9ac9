package dev.pbq.eval.distance;

import dev.pbq.core.parallel.Parallel;

/** Runs a model and compares it with the stored log-probabilities of the original. */
public final class DistanceMeasurement {
  private DistanceMeasurement() {}

  /**
   * Compares.
   *
   * @param windows [windows][tokens], those that {@code reference} was made of
   * @param reference at its first window; read to its end
   * @throws dev.pbq.core.PbqException NUMERICAL if the model gives no probabilities somewhere;
   *     BAD_DATA if the reference's file is corrupt
   */
  public static TokenDistances measure(
      int[][] windows, LogitSource model, LogProbabilityReader reference) {
    CacheHeader header = reference.header();
    int vocabulary = header.vocabulary();
    int rowsPerWindow = header.rowsPerWindow();
    TokenDistances distances = new TokenDistances(header.rows());
    Rows rows = new Rows();
    model.run(
        windows,
        (window, first, count, logits) -> {
          float[] kept = rows.of(count * vocabulary);
          reference.read(kept, count);
          Parallel.forEach(
              count,
              row -> {
                int offset = row * vocabulary;
                LogSoftmax.inPlace(logits, offset, vocabulary);
                distances.compare(
                    window * rowsPerWindow + first + row,
                    kept,
                    offset,
                    logits,
                    offset,
                    vocabulary,
                    windows[window][first + row + 1]);
              });
        });
    return distances;
  }

  /** One array for all batches, grown as needed. */
  private static final class Rows {
    private float[] values = new float[0];

    float[] of(int length) {
      if (values.length < length) {
        values = new float[length];
      }
      return values;
    }
  }
}
