package dev.pbq.ecq;

import dev.pbq.ecq.choice.CodeLengths;

/** The scale and code lengths of the next round, from what earlier ones gave. */
final class Trial {
  /** Change of the scale's logarithm to base 2 for one bit too many, before anything is known. */
  private static final double FIRST = 0.8;

  private static final double LEAST = 0.5;
  private static final double MOST = 3;

  /** Smaller changes of the scale say nothing about the slope. */
  private static final double CLEAR = 1e-3;

  private double log;
  private CodeLengths lengths;
  private double gain = FIRST;
  private double lastLog = Double.NaN;
  private double lastOff;
  private int rounds;

  Trial(double scale, CodeLengths lengths) {
    this.log = Math.log(scale) / Math.log(2);
    this.lengths = lengths;
  }

  double scale() {
    return Math.pow(2, log);
  }

  CodeLengths lengths() {
    return lengths;
  }

  /**
   * Takes in a round.
   *
   * @param off bits per weight above what is wanted
   * @param counted code lengths of the round
   */
  void next(double off, CodeLengths counted) {
    rounds++;
    // The first rounds also differ in their code lengths.
    if (rounds > 3 && Math.abs(log - lastLog) > CLEAR && off != lastOff) {
      double measured = (log - lastLog) / (lastOff - off);
      gain = measured > 0 ? Math.min(Math.max(measured, LEAST), MOST) : gain;
    }
    lastLog = log;
    lastOff = off;
    log += gain * off;
    lengths = counted;
  }
}
