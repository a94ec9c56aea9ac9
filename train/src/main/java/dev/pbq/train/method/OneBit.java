package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleDtype;
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
 * @param scaleDtype the stored type of the vectors
 */
public record OneBit(ScaleDtype scaleDtype) implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "onebit";

  /** 0.01 for each of 2048 tokens. */
  private static final double DIVERGENCE = 0.01 * 2048;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ObjectNode settings() {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.put("scaleDtype", scaleDtype == ScaleDtype.F16 ? "f16" : "f32");
    return settings;
  }

  @Override
  public AdamW optimizer() {
    return new AdamW(0.9, 0.98, 1e-8, 0.01);
  }

  @Override
  public Objective objective() {
    return new Objective(0, DIVERGENCE, 1);
  }

  @Override
  public TrainableLinear linear(String linear, FloatMatrix weight) {
    return OneBitTrained.start(linear, weight, scaleDtype);
  }

  @Override
  public boolean trainsVectors() {
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
  public double paperBits(QuantizedLinear packed) {
    double weights = (double) packed.rows() * packed.cols();
    double vectors = packed.rows() + packed.cols();
    return (weights + 16 * vectors) / (weights + vectors);
  }
}
