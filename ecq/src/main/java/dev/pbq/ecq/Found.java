package dev.pbq.ecq;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.packed.EntropyCodedLinear;

/**
 * What a search for a rate ended with.
 *
 * @param linear the layer as stored
 * @param loss trace(E H_d E^T)
 * @param largest the largest |k|
 * @param rounds sweeps that it took
 */
record Found(EntropyCodedLinear linear, double loss, int largest, int rounds) {
  long weights() {
    return (long) linear.rows() * linear.cols();
  }

  /** Bits per weight as stored. */
  double bits() {
    return linear.bits().total() / (double) weights();
  }

  /** The share of codes that are 0. */
  double zeros() {
    Codes codes = linear.codes();
    int[] column = new int[codes.rows()];
    long zeros = 0;
    for (int c = 0; c < codes.cols(); c++) {
      codes.column(c, 0, column);
      for (int k : column) {
        zeros += k == 0 ? 1 : 0;
      }
    }
    return zeros / (double) weights();
  }
}
