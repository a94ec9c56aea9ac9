package dev.pbq.workflow.speed;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.PlannedLinear;
import dev.pbq.core.pipeline.QuantizationPlan;
import dev.pbq.core.pipeline.RunWork;
import dev.pbq.core.pipeline.SampleLayer;
import dev.pbq.core.quant.Quantizer;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The time that a planned quantization takes on this machine: the arithmetic of its passes by the
 * machine's rates, its methods by a layer of random weights for each shape.
 */
public final class RunTime {
  /** A sample has no more inputs, */
  private static final int MOST_COLS = 2048;

  /** and no more weights: the time grows with the rows. */
  private static final int MOST_WEIGHTS = 1 << 20;

  /** Times that a sample is taken, so that Java has compiled the method. */
  private static final int TURNS = 3;

  /** Operations for each weight and later column, the measurement of the error among them. */
  private static final double SPREADING = 5;

  /** Norms, activations and attention beside the products of a pass. */
  private static final double BESIDE_PRODUCTS = 1.25;

  private final QuantizationPlan plan;
  private final PlanEstimate estimate;
  private final int hidden;
  private final int threads;
  private final RunRates rates;
  private final Map<Sample, Double> samples = new HashMap<>();
  private final Set<String> guessed = new TreeSet<>();
  private double compiling;

  /**
   * A time, and how much of it is known.
   *
   * @param seconds from the start of the program to the result
   * @param guessed methods whose settings fit no sample layer: their part is a guess, in order
   */
  public record Told(double seconds, List<String> guessed) {
    public Told {
      guessed = List.copyOf(guessed);
    }
  }

  /** Layers of a method that take the same time. */
  private record Sample(Quantizer method, int rows, int cols) {}

  private RunTime(
      QuantizationPlan plan, PlanEstimate estimate, int hidden, int threads, RunRates rates) {
    this.plan = plan;
    this.estimate = estimate;
    this.hidden = hidden;
    this.threads = threads;
    this.rates = rates;
  }

  /**
   * The time from the start of the program to the result. Takes a second or two, and ten more on a
   * machine whose rates are not known yet.
   *
   * @param hidden size of the model's hidden states
   * @param cache of the machine's rates
   * @param measures is called before the machine is measured
   */
  public static Told of(
      QuantizationPlan plan,
      PlanEstimate estimate,
      int hidden,
      int threads,
      SpeedCache cache,
      Runnable measures) {
    return Parallel.withThreads(
        threads,
        () -> {
          double start = ManagementFactory.getRuntimeMXBean().getUptime() * 1e-3;
          RunRates rates =
              plan.needsCalibration()
                  ? cache.rates(
                      threads,
                      () -> {
                        measures.run();
                        return RunRates.measure(threads);
                      })
                  : null;
          RunTime time = new RunTime(plan, estimate, hidden, threads, rates);
          double passes = rates == null ? 0 : time.passes();
          double seconds = start + time.methods() + passes;
          return new Told(seconds, List.copyOf(time.guessed));
        });
  }

  private double passes() {
    RunWork work = estimate.work();
    double lanes = (double) threads / estimate.memory().lanes(threads);
    return rates.engine()
        + BESIDE_PRODUCTS * lanes * work.forward() / rates.product(hidden)
        + work.hessian() / rates.hessian()
        + work.factor() / rates.factor();
  }

  private double methods() {
    return plan.linears().mapToDouble(this::seconds).sum() + compiling;
  }

  private double seconds(PlannedLinear linear) {
    int cols = Math.min(linear.cols(), MOST_COLS);
    int rows = Math.min(linear.rows(), Math.max(1, MOST_WEIGHTS / cols));
    double weight =
        samples.computeIfAbsent(new Sample(linear.quantizer(), rows, cols), this::secondsOfWeight);
    // Errors are spread over all later columns.
    double wider =
        rates == null ? 0 : SPREADING * (linear.cols() - cols) / rates.product(MOST_COLS);
    return linear.weights() * (weight + wider);
  }

  /** The least of some turns; what the first takes more is spent but once. */
  private double secondsOfWeight(Sample sample) {
    Quantizer method = sample.method();
    try (SampleLayer layer =
        new SampleLayer(sample.rows(), sample.cols(), method.calibrationNeed())) {
      double first = layer.seconds(method);
      double least = first;
      for (int i = 1; i < TURNS; i++) {
        least = Math.min(least, layer.seconds(method));
      }
      compiling += first - least;
      return least / layer.weights();
    } catch (PbqException e) {
      // Settings that fit the layer, but not a part of it.
      guessed.add(method.name());
      return rates == null ? 0 : SPREADING * sample.cols() / rates.product(sample.cols());
    }
  }
}
