package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.SettingsReader;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.OneBitTrained;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Schedule;
import dev.pbq.train.student.Objective;
import java.util.Locale;
import java.util.Optional;

/**
 * OneBit ({@code onebit}; arXiv 2402.11295): a sign for each weight and two vectors for each
 * linear, started from the weights and trained by distillation from the original model; norms and
 * biases of the blocks and the final norm are trained too. The published loss is 0.01 times the
 * divergence summed over the tokens of a window, plus the hidden-state term; its windows have 2048
 * tokens, and that balance is kept for windows of any length.
 *
 * @param options its settings
 */
public record OneBit(OneBitSettings options) implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "onebit";

  /** Weight of the divergence of a token. */
  private static final double DIVERGENCE = 0.01;

  /** 500 steps of warm-up as published; no more than a quarter of a short run. */
  private static final TrainingDefaults DEFAULTS =
      new TrainingDefaults(4e-4, 2, 4, 2048, 1000, steps -> Math.min(500, steps / 4));

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ObjectNode settings() {
    return SettingsReader.write(options);
  }

  @Override
  public TrainingDefaults defaults() {
    return DEFAULTS;
  }

  @Override
  public AdamW optimizer() {
    return new AdamW(0.9, 0.98, 1e-8, 0.01);
  }

  @Override
  public Objective objective() {
    return new Objective(0, DIVERGENCE * options.kdReferenceLength(), 1);
  }

  @Override
  public TrainableLinear linear(String linear, FloatMatrix weight) {
    return OneBitTrained.start(linear, weight, options.scaleDtype());
  }

  @Override
  public boolean trainsVector(String tensor, boolean ofLinear) {
    return true;
  }

  /** AdamW moves a weight by about the learning rate in a step. */
  @Override
  public Optional<String> warning(Schedule schedule) {
    double way = 0;
    for (int step = 0; step < schedule.steps(); step++) {
      way += schedule.at(step);
    }
    return way >= OneBitTrained.START
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "no sign can flip: in %d steps a weight moves by at most about %.2g, and all start"
                    + " at %.2g from 0",
                schedule.steps(),
                way,
                OneBitTrained.START));
  }

  /** The paper's count: bits over all numbers, those of the vectors among them. */
  @Override
  public double paperBits(int rows, int cols) {
    double weights = (double) rows * cols;
    double vectors = rows + cols;
    return (weights + 16 * vectors) / (weights + vectors);
  }

  @Override
  public double paperBits(QuantizedLinear packed) {
    return paperBits(packed.rows(), packed.cols());
  }

  @Override
  public long estimateStoredBits(int rows, int cols) {
    return (long) rows * cols + options.scaleDtype().bits() * ((long) rows + cols);
  }
}
