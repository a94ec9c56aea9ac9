package dev.pbq.core.model;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The description of an MLP with its sizes.
 *
 * @param inputPath what messages call its input
 * @param first gate and up, or one linear
 * @param last the projection back to the hidden size
 * @param activation between them
 * @param fusedRule what becomes of the outputs of a fused first linear
 */
record MlpSpec(
    String inputPath,
    List<LinearShape> first,
    LinearShape last,
    ActivationFunction activation,
    GateRule fusedRule)
    implements SublayerSpec {
  MlpSpec {
    first = List.copyOf(first);
  }

  /** A gated MLP: {@code gate_proj}, {@code up_proj}, {@code down_proj} behind {@code prefix}. */
  static MlpSpec gated(
      String prefix, int hidden, int width, ActivationFunction activation, boolean bias) {
    return new MlpSpec(
        prefix + ".gate_up",
        List.of(
            new LinearShape(Role.GATE, prefix + ".gate_proj", width, hidden, bias),
            new LinearShape(Role.UP, prefix + ".up_proj", width, hidden, bias)),
        new LinearShape(Role.DOWN, prefix + ".down_proj", hidden, width, bias),
        activation,
        new GateRule.Halves(activation));
  }

  /** A gated MLP whose gates and other factors come from {@code gate_up_proj}, gates first. */
  static MlpSpec fused(String prefix, int hidden, int width, ActivationFunction activation) {
    return new MlpSpec(
        prefix + ".gate_up",
        List.of(new LinearShape(Role.GATE_UP, prefix + ".gate_up_proj", 2 * width, hidden, false)),
        new LinearShape(Role.DOWN, prefix + ".down_proj", hidden, width, false),
        activation,
        new GateRule.Halves(activation));
  }

  /** An MLP without a gate. */
  static MlpSpec plain(
      String first,
      String last,
      int hidden,
      int width,
      ActivationFunction activation,
      boolean bias) {
    return new MlpSpec(
        first,
        List.of(new LinearShape(Role.FC1, first, width, hidden, bias)),
        new LinearShape(Role.FC2, last, hidden, width, bias),
        activation,
        new GateRule.Halves(activation));
  }

  /** The same MLP, as one of the experts of a mixture. */
  MlpSpec ofExpert(int expert) {
    return new MlpSpec(
        inputPath,
        first.stream().map(linear -> linear.ofExpert(expert)).toList(),
        last.ofExpert(expert),
        activation,
        fusedRule);
  }

  @Override
  public String firstPath() {
    return inputPath;
  }

  /** What messages call the input of the projection. */
  String lastPath() {
    return last.role() == Role.DOWN ? last.path().replaceFirst("_proj$", "") : last.path();
  }

  @Override
  public void declareRest(BlockPlan plan) {
    plan.input(lastPath(), List.of(last));
  }

  @Override
  public ProjectedSublayer build(BlockProducts products, Limits limits) {
    LinearLayer firstLayer = products.linear(first.get(0).path());
    LinearLayer lastLayer = products.linear(last.path());
    LinearInput firstInput = products.input(first.get(0).path());
    LinearInput lastInput = products.input(last.path());
    if (first.size() == 2) {
      LinearLayer up = products.linear(first.get(1).path());
      return new GatedMlp(firstLayer, up, lastLayer, activation, firstInput, lastInput);
    }
    return first.get(0).role() == Role.GATE_UP
        ? new FusedGatedMlp(firstLayer, lastLayer, fusedRule, firstInput, lastInput)
        : new PlainMlp(firstLayer, lastLayer, activation, firstInput, lastInput);
  }

  @Override
  public SublayerOutline.Mlp outline(UnaryOperator<String> full) {
    return new SublayerOutline.Mlp(
        first.stream().map(l -> full.apply(l.path())).toList(),
        full.apply(last.path()),
        last.cols(),
        gate());
  }

  private SublayerOutline.Gate gate() {
    if (first.size() == 2) {
      return new SublayerOutline.Gate.Pair(activation);
    }
    return first.get(0).role() == Role.GATE_UP
        ? fusedRule.outline()
        : new SublayerOutline.Gate.None(activation);
  }
}
