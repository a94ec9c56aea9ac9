package dev.pbq.ecq;

import dev.pbq.ecq.choice.CodeLengths;

/**
 * The scale and code lengths of the next round, from what earlier ones gave. In the first rounds
 * code lengths follow the codes. That may swing for ever, as fewer codes of a kind make them dearer
 * still; so lengths are then kept, and the rate is a function of the scale alone, whose zero is
 * closed in on.
 */
final class Trial {
  /** Rounds in which code lengths follow the codes. */
  static final int LEARNING = 6;

  /** Change of the scale's logarithm to base 2 for one bit too many, before anything is known. */
  private static final double FIRST = 0.8;

  private static final double LEAST = 0.5;
  private static final double MOST = 3;

  /** Smaller changes of the scale say nothing about the slope. */
  private static final double CLEAR = 1e-3;

  /** How near to an end of the interval the next scale may be. */
  private static final double MARGIN = 0.1;

  /** How far the scale may go from where it starts, as a logarithm to base 2. */
  private static final double RANGE = 6;

  /** An interval in which nothing more is to be found. */
  private static final double NARROW = 1e-6;

  private final double firstGain;
  private final double start;
  private double log;
  private CodeLengths lengths;
  private double gain;
  private double lastLog = Double.NaN;
  private double lastOff;
  private int rounds;

  /** With the lengths that are kept: too many bits at {@code low}, too few at {@code high}. */
  private double low = Double.NaN;

  private double lowOff;
  private double high = Double.NaN;
  private double highOff;

  Trial(double scale, CodeLengths lengths) {
    this(Math.log(scale) / Math.log(2), lengths, FIRST);
  }

  private Trial(double log, CodeLengths lengths, double gain) {
    this.log = log;
    this.lengths = lengths;
    this.gain = gain;
    this.firstGain = gain;
    this.start = log;
  }

  /** The same scale and lengths for a search on other rows, or for another one on the same. */
  Trial again() {
    return new Trial(log, lengths, Math.max(firstGain, Math.min(gain, 1.5)));
  }

  /** Whether code lengths no longer follow the codes. */
  boolean keepsLengths() {
    return rounds >= LEARNING;
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
    if (rounds <= LEARNING) {
      learn(off);
      lengths = counted;
    } else {
      closeIn(off);
    }
    log = Math.min(Math.max(log, start - RANGE), start + RANGE);
  }

  private void learn(double off) {
    // The first rounds also differ in their code lengths.
    if (rounds > 3 && Math.abs(log - lastLog) > CLEAR && off != lastOff) {
      double measured = (log - lastLog) / (lastOff - off);
      gain = measured > 0 ? Math.min(Math.max(measured, LEAST), MOST) : gain;
    }
    lastLog = log;
    lastOff = off;
    log += gain * off;
  }

  private void closeIn(double off) {
    if (off > 0) {
      low = log;
      lowOff = off;
    } else {
      high = log;
      highOff = off;
    }
    if (Math.abs(high - low) < NARROW) {
      // In small layers the rate jumps: the other way round the same place may do.
      low = Double.NaN;
      high = Double.NaN;
      gain = FIRST;
    }
    if (Double.isNaN(low) || Double.isNaN(high)) {
      // A little too far, so that there is an interval; further each time.
      log += 1.5 * gain * off;
      gain = Math.min(2 * gain, MOST);
    } else {
      double share = lowOff / (lowOff - highOff);
      log = low + (high - low) * Math.min(Math.max(share, MARGIN), 1 - MARGIN);
    }
  }
}
