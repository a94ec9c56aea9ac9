package dev.pbq.eval.distance;

/**
 * Logits into log-probabilities: logit - log(sum of exp(logits)), summed in float64, the result
 * rounded to float32. Both models of a comparison go through it, so that equal logits give equal
 * log-probabilities, bit for bit, whether or not one of them has been in a file.
 */
final class LogSoftmax {
  private LogSoftmax() {}

  /** Of one row, {@code values[offset .. offset + length)}, in place. */
  static void inPlace(float[] values, int offset, int length) {
    int end = offset + length;
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < end; i++) {
      largest = Math.max(largest, values[i]);
    }
    double sum = 0;
    for (int i = offset; i < end; i++) {
      sum += Math.exp((double) values[i] - largest);
    }
    double logSum = largest + Math.log(sum);
    for (int i = offset; i < end; i++) {
      values[i] = (float) (values[i] - logSum);
    }
  }
}
