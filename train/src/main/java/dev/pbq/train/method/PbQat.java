package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.SalientBinaryLinear;
import dev.pbq.train.layer.SalientWeights;
import dev.pbq.train.layer.SignLinear;
import dev.pbq.train.layer.SignRule;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.student.Objective;
import java.util.Locale;
import java.util.Optional;

/**
 * PB-LLM's quantization-aware training ({@code pb-qat}; arXiv 2310.00034, section 3.3, and its
 * program): a fraction of the weights stays frozen in 8 bits, all others are binarized with one
 * scale for the matrix and trained by next-token cross entropy.
 */
public final class PbQat implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "pb-qat";

  private final Optional<SignRule> rule;
  private final double salientFraction;
  private final ScaleDtype scaleDtype;
  private final Optional<PackedCheckpoint> start;
  private final String startName;

  /**
   * The method with its settings.
   *
   * @param salientFraction share of the weights that stay, 0 to below 1; of no effect with a start
   * @param start a result of PB-LLM's post-training quantization whose masks are taken (the paper's
   *     Hessian variant); lent
   * @param startName the start's name, for results; empty without one
   * @throws PbqException USAGE if the fraction is out of range
   */
  public PbQat(
      double salientFraction,
      ScaleDtype scaleDtype,
      Optional<PackedCheckpoint> start,
      String startName) {
    if (!(salientFraction >= 0 && salientFraction < 1)) {
      throw PbqException.setting("{salientFrac} %s is not at least 0 and below 1", salientFraction);
    }
    this.rule = Optional.empty();
    this.salientFraction = salientFraction;
    this.scaleDtype = scaleDtype;
    this.start = start;
    this.startName = startName;
  }

  /**
   * The method with one of the layers that the paper compares its own with: no weight is salient.
   */
  public PbQat(SignRule rule, ScaleDtype scaleDtype) {
    this.rule = Optional.of(rule);
    this.salientFraction = 0;
    this.scaleDtype = scaleDtype;
    this.start = Optional.empty();
    this.startName = "";
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ObjectNode settings() {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    if (rule.isPresent()) {
      settings.put("layer", rule.get().name().toLowerCase(Locale.ROOT));
    } else if (start.isPresent()) {
      settings.put("start", startName);
    } else {
      settings.put("salientFrac", salientFraction);
    }
    settings.put("scaleDtype", scaleDtype == ScaleDtype.F16 ? "f16" : "f32");
    return settings;
  }

  @Override
  public AdamW optimizer() {
    return new AdamW(0.9, 0.999, 1e-8, 0);
  }

  @Override
  public Objective objective() {
    return Objective.LANGUAGE_MODEL;
  }

  @Override
  public TrainableLinear linear(String linear, FloatMatrix weight) {
    if (rule.isPresent()) {
      return new SignLinear(linear, weight, rule.get(), scaleDtype);
    }
    long[] mask =
        start.isPresent()
            ? startMask(linear, weight)
            : SalientWeights.largest(weight, salientFraction);
    SalientWeights salient = SalientWeights.of(linear, weight, mask, scaleDtype);
    return new SalientBinaryLinear(linear, weight, salient, scaleDtype);
  }

  private long[] startMask(String linear, FloatMatrix weight) {
    QuantizedLinear packed = start.orElseThrow().packed(linear);
    if (!(packed instanceof SalientSplitLinear split)) {
      throw PbqException.setting(
          "{start} %s: %s is stored as %s, which marks no salient weights: a result of xnor, sign,"
              + " no, 2bit or 4bit is needed",
          startName, linear, packed.family());
    }
    if (split.rows() != weight.rows() || split.cols() != weight.cols()) {
      throw PbqException.setting(
          "{start} %s: %s is [%s, %s], the model's is [%s, %s]",
          startName, linear, split.rows(), split.cols(), weight.rows(), weight.cols());
    }
    return split.salient();
  }

  @Override
  public boolean trainsVectors() {
    return false;
  }

  /**
   * The program's count: a bit for each weight, 16 for each salient one, 8 for each row and one.
   */
  @Override
  public double paperBits(QuantizedLinear packed) {
    SalientSplitLinear split = (SalientSplitLinear) packed;
    double weights = (double) split.rows() * split.cols();
    return 1 + (16.0 * split.salientCount() + 8.0 * (split.rows() + 1)) / weights;
  }
}
