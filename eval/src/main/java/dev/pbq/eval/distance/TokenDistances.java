package dev.pbq.eval.distance;

import dev.pbq.core.PbqException;
import java.util.Objects;

/**
 * The distances between two models at each predicted token: a few numbers per token, whatever the
 * size of the vocabulary. Different tokens may be set from different threads.
 */
public final class TokenDistances {
  private final double[] divergence;
  private final double[] referenceNll;
  private final double[] nll;
  private final boolean[] sameTop;

  /**
   * Makes room.
   *
   * @param tokens predicted tokens
   */
  public TokenDistances(int tokens) {
    divergence = new double[tokens];
    referenceNll = new double[tokens];
    nll = new double[tokens];
    sameTop = new boolean[tokens];
  }

  /**
   * Compares two distributions over the vocabulary.
   *
   * <p>The divergence sum of p (ln p - ln q) is computed as sum of p (d + exp(-d) - 1) with d = ln
   * p - ln q. The two are equal where p and q each sum to 1; the second has no negative term, so
   * that the rounding of log-probabilities to float32 neither cancels nor gives a distance below 0.
   *
   * @param token which predicted token, from 0
   * @param reference log-probabilities of the original, nats
   * @param referenceOffset where they begin
   * @param other log-probabilities of the model, nats
   * @param otherOffset where they begin
   * @param vocabulary how many there are
   * @param target the id of the token that follows in the text
   * @throws PbqException NUMERICAL if a log-probability is NaN
   */
  public void compare(
      int token,
      float[] reference,
      int referenceOffset,
      float[] other,
      int otherOffset,
      int vocabulary,
      int target) {
    Objects.checkIndex(target, vocabulary);
    double sum = 0;
    int referenceTop = 0;
    int otherTop = 0;
    for (int i = 0; i < vocabulary; i++) {
      float lp = reference[referenceOffset + i];
      float lq = other[otherOffset + i];
      if (lp > reference[referenceOffset + referenceTop]) {
        referenceTop = i;
      }
      if (lq > other[otherOffset + otherTop]) {
        otherTop = i;
      }
      if (lp != lq) {
        double p = Math.exp(lp);
        double d = (double) lp - lq;
        // Where q is much the larger, p exp(-d) is written as q: it cannot overflow.
        sum += d < -1 ? p * (d - 1) + Math.exp(lq) : p * (d + Math.expm1(-d));
      }
    }
    divergence[token] = sum;
    referenceNll[token] = -reference[referenceOffset + target];
    nll[token] = -other[otherOffset + target];
    sameTop[token] = referenceTop == otherTop;
    if (!Double.isFinite(sum)
        || !Double.isFinite(nll[token])
        || !Double.isFinite(referenceNll[token])) {
      throw PbqException.numerical(
          "the distance at predicted token "
              + token
              + " is not finite: a model gives no probabilities there");
    }
  }

  /** Predicted tokens. */
  public int size() {
    return divergence.length;
  }

  /** KL(reference || model) of each token, nats; a copy. */
  public double[] divergences() {
    return divergence.clone();
  }

  /** -ln p(correct token) by the reference; a copy. */
  public double[] referenceNll() {
    return referenceNll.clone();
  }

  /** -ln p(correct token) by the model; a copy. */
  public double[] nll() {
    return nll.clone();
  }

  /** p(correct token) by the model minus that by the reference, -1 .. 1. */
  public double[] probabilityChanges() {
    double[] change = new double[size()];
    for (int i = 0; i < change.length; i++) {
      change[i] = Math.exp(-nll[i]) - Math.exp(-referenceNll[i]);
    }
    return change;
  }

  /** How many tokens have the same most likely token (the first of equals) by both. */
  public int sameTopCount() {
    int count = 0;
    for (boolean same : sameTop) {
      count += same ? 1 : 0;
    }
    return count;
  }
}
