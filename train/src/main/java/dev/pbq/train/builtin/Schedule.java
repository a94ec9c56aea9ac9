package dev.pbq.train.builtin;

/**
 * Learning rate over a run: linear warm-up, a plateau, then a decay to a tenth of a percent by one
 * minus the square root of the way done. The plateau does not depend on the length of the run, so a
 * run can be prolonged from any checkpoint taken before the decay.
 *
 * @param peak learning rate of the plateau
 * @param warmup steps of the warm-up
 * @param decay steps of the decay
 * @param steps all steps
 */
record Schedule(double peak, int warmup, int decay, int steps) {
  /** The learning rate of a step, counted from 0. */
  double at(int step) {
    if (step < warmup) {
      return peak * (step + 1) / warmup;
    }
    int intoDecay = step - (steps - decay);
    if (intoDecay <= 0) {
      return peak;
    }
    return peak * Math.max(1e-3, 1 - Math.sqrt((double) intoDecay / decay));
  }
}
