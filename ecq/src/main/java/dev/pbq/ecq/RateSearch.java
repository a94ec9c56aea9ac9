package dev.pbq.ecq;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.entropy.Coding;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.ecq.choice.CodeLengths;
import dev.pbq.ecq.sweep.Activity;
import dev.pbq.ecq.sweep.Layer;
import dev.pbq.ecq.sweep.Plan;
import dev.pbq.ecq.sweep.Spacing;
import dev.pbq.ecq.sweep.Sweep;
import dev.pbq.ecq.sweep.SweepOutcome;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The search for the scale of steps at which a layer takes the bits that were asked for. Every
 * round sweeps over the layer with the code lengths of the round before; large layers are searched
 * on some of their rows first. What ends the search is the size in bytes as stored.
 */
final class RateSearch {
  private static final Logger LOG = LoggerFactory.getLogger(RateSearch.class);

  /** Rows between two starts of the trellis. */
  static final int SEGMENT = 1024;

  /** Weights from which some of the rows are searched first. */
  private static final int LARGE = 3 << 19;

  private static final int SAMPLE_WEIGHTS = 3 << 18;
  private static final int SAMPLE_ROWS = 256;

  /** Bits per weight. */
  private static final double TOLERANCE = 0.0015;

  private static final double SAMPLE_TOLERANCE = 0.004;

  /** Bytes are whole: bits that a layer may be off, however small it is. */
  private static final double GRAIN = 8;

  /** Weights below which entropy says little about stored size. */
  private static final double SMALL = 1 << 15;

  /** Bits by which entropy and stored size of other layers may differ. */
  private static final double NEAR = 0.03;

  private static final int LEAST_ROUNDS = 3;
  private static final int ROUNDS = 20;

  /**
   * How often a search begins anew with the code lengths that it has come to. The size of a small
   * layer jumps: where it jumps over the rate with some lengths, it does not with others.
   */
  private static final int SEARCHES = 8;

  /** Farther off than this is not what was asked for. */
  private static final double ACCEPTED = 0.02;

  private final String name;
  private final Layer layer;
  private final RowScaling rows;
  private final EcqSettings settings;
  private final Plan plan;
  private final Spacing spacing;
  private final Activity activity;
  private final double weights;

  /**
   * Prepares a search.
   *
   * @param layer with the weight as {@code rows} scales it
   */
  RateSearch(String name, Layer layer, RowScaling rows, EcqSettings settings) {
    this.name = name;
    this.layer = layer;
    this.rows = rows;
    this.weights = (double) layer.rows() * layer.cols();
    this.settings = settings;
    this.plan = new Plan(settings.trellis(), SEGMENT, settings.rateDistortion());
    this.spacing = Spacing.of(layer, settings.stepExponent());
    this.activity =
        settings.classes() == 1
            ? Activity.none(layer)
            : Activity.of(layer, spacing, settings.classes());
  }

  Found run() {
    double start = Start.scale(layer, spacing, settings.bits(), settings.states() > 1);
    CodeLengths lengths =
        CodeLengths.linear(plan.trellis().quantizers(), activity.contexts(), 1, 0.8);
    if (start == 0) {
      Found nothing = found(sweep(layer, activity, 1, lengths), 1);
      LOG.warn(
          "{}: every weight that counts is 0: {} bits cannot be met; it takes {}, the most that it"
              + " has a use for",
          name,
          settings.bits(),
          String.format(Locale.ROOT, "%.4f", nothing.bits()));
      return nothing;
    }
    Trial trial = new Trial(start, lengths);
    int rounds = 0;
    if (weights >= LARGE) {
      rounds = onSample(trial);
      trial = trial.again();
    }
    return onAll(trial, rounds);
  }

  /** Searches on some rows by the entropy of their codes; the rounds that it took. */
  private int onSample(Trial trial) {
    int some = Math.max(SAMPLE_ROWS, SAMPLE_WEIGHTS / layer.cols());
    int stride = Math.max(1, layer.rows() / some);
    Layer sample = layer.sample(stride);
    Activity classes = activity.sample(stride, sample.rows());
    double sampled = (double) sample.rows() * sample.cols();
    for (int round = 1; round <= ROUNDS; round++) {
      SweepOutcome outcome = sweep(sample, classes, trial.scale(), trial.lengths());
      double bits = Entropy.bits(outcome.counts()) / sampled + stepBits(outcome);
      trial.next(bits - settings.bits(), lengths(outcome));
      if (round >= LEAST_ROUNDS && Math.abs(bits - settings.bits()) < SAMPLE_TOLERANCE) {
        return round;
      }
    }
    return ROUNDS;
  }

  private double stepBits(SweepOutcome outcome) {
    return (outcome.steps().bits() + rows.bits()) / weights;
  }

  /**
   * Searches on the whole layer until its stored size is met. The entropy of the codes stands for
   * that size while it is far off: coding takes longer than a sweep.
   */
  private Found onAll(Trial trial, int before) {
    double tolerance = Math.max(TOLERANCE, GRAIN / weights);
    Found best = null;
    double excess = 0;
    int most = weights < LARGE ? SEARCHES * ROUNDS : ROUNDS;
    for (int round = 1; round <= most; round++) {
      SweepOutcome outcome = sweep(layer, activity, trial.scale(), trial.lengths());
      double entropy = Entropy.bits(outcome.counts()) / weights + stepBits(outcome);
      double off = entropy + excess - settings.bits();
      boolean early = before + round < LEAST_ROUNDS && weights >= SMALL;
      boolean near = Math.abs(off) < NEAR || weights < SMALL || trial.keepsLengths();
      if (near && !early) {
        Found found = found(outcome, before + round);
        excess = found.bits() - entropy;
        off = found.bits() - settings.bits();
        best = nearer(best, found);
        if (Math.abs(off) < tolerance && before + round >= LEAST_ROUNDS) {
          return found;
        }
      }
      trial.next(off, lengths(outcome));
      if (round % ROUNDS == 0) {
        trial = trial.again();
      }
    }
    return accept(best, tolerance);
  }

  private Found nearer(Found best, Found found) {
    double off = Math.abs(found.bits() - settings.bits());
    return best == null || off < Math.abs(best.bits() - settings.bits()) ? found : best;
  }

  private Found accept(Found best, double tolerance) {
    double off = best.bits() - settings.bits();
    String bits = String.format(Locale.ROOT, "%.4f", best.bits());
    if (off > ACCEPTED + tolerance) {
      throw PbqException.numerical(
          Wording.of(
              "%s: {bits} %s cannot be met; the nearest that was reached is %s",
              name, settings.bits(), bits));
    }
    if (Math.abs(off) > tolerance) {
      LOG.warn("{}: takes {} bits, not the {} asked for", name, bits, settings.bits());
    }
    return best;
  }

  private SweepOutcome sweep(Layer part, Activity classes, double scale, CodeLengths lengths) {
    SweepOutcome outcome = Sweep.run(part, spacing, classes, plan, scale, lengths);
    if (!Double.isFinite(outcome.loss())) {
      throw PbqException.numerical(
          Wording.of("%s: error compensation overflowed; try a larger {percdamp}", name));
    }
    return outcome;
  }

  private CodeLengths lengths(SweepOutcome outcome) {
    return CodeLengths.of(plan.trellis().quantizers(), activity.contexts(), outcome.counts());
  }

  private Found found(SweepOutcome outcome, int rounds) {
    EntropyCodedLinear linear =
        new EntropyCodedLinear(
            plan.trellis(),
            SEGMENT,
            outcome.codes(),
            outcome.steps(),
            rows.scales(),
            Coding.suited(layer.rows(), layer.cols()));
    return new Found(linear, outcome.loss(), outcome.largest(), rounds);
  }
}
