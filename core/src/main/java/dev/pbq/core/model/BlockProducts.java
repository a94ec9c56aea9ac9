package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.PbqException;
import java.util.Optional;

/**
 * Makes the products of one block.
 *
 * @param layout of the model
 * @param block index of the block
 */
record BlockProducts(WeightLoader loader, ModelLayout layout, int block, ProductOperands operands) {

  /** The linear of a role that the block has. */
  LinearLayer linear(Role role) {
    return linear(layout.linear(block, role).orElseThrow(() -> lacks(role)));
  }

  /** The linear of this path inside the block. */
  LinearLayer linear(String path) {
    return linear(layout.linear(full(path)).orElseThrow(() -> lacks(path)));
  }

  /** The values of a small tensor, by its path inside the block. */
  float[] values(String path) {
    try (NDArray array = loader.load(full(path))) {
      return array.toFloatArray();
    }
  }

  /** The full name of what has this path inside the block. */
  String full(String path) {
    return layout.blockPrefix(block) + "." + path;
  }

  private LinearLayer linear(Linear linear) {
    Role role = linear.role();
    Product product = Product.linear(block, role, layout.path(linear));
    Optional<HeldLinear> held = operands.held(linear);
    LinearLayer layer =
        held.isPresent()
            ? loader.heldLinear(linear.name(), held.get())
            : loader.linear(linear.name(), operand -> operands.of(product, operand));
    return operands
        .linear(product)
        .map(layer::computedBy)
        .orElse(layer)
        .shownTo(operands.outputOf(product));
  }

  /** The input that the linear of a role reads. */
  LinearInput input(Role role) {
    return layout.linearInputs(block).stream()
        .filter(input -> input.linears().stream().anyMatch(l -> l.role() == role))
        .findFirst()
        .orElseThrow(() -> lacks(role));
  }

  /** The input that the linear of this path reads. */
  LinearInput input(String path) {
    String name = full(path);
    return layout.linearInputs(block).stream()
        .filter(input -> input.linears().stream().anyMatch(l -> l.name().equals(name)))
        .findFirst()
        .orElseThrow(() -> lacks(path));
  }

  private IllegalArgumentException lacks(String path) {
    return new IllegalArgumentException(layout.blockPrefix(block) + " has no linear " + path);
  }

  private IllegalArgumentException lacks(Role role) {
    return new IllegalArgumentException(
        layout.blockPrefix(block) + " has no linear of role " + role);
  }

  /** The full name of a norm of the block. */
  String norm(NormRole role) {
    return layout.norms(block).stream()
        .filter(norm -> norm.role() == role)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(layout.blockPrefix(block) + " has no norm of " + role))
        .name();
  }

  /** An MLP without a gate. */
  PlainMlp plainMlp(boolean gelu) {
    return new PlainMlp(
        linear(Role.FC1),
        linear(Role.FC2),
        gelu ? ActivationFunction.GELU : ActivationFunction.RELU,
        input(Role.FC1),
        input(Role.FC2));
  }

  /** Attention; in a way that lets its operands be changed only where they are. */
  Attention attention(AttentionShape shape, int window, boolean scaledScores, Limits limits) {
    return attention(shape, window, scaledScores, ScoreRule.of(shape), limits);
  }

  /**
   * As the other, with a rule for the scores.
   *
   * @throws PbqException USAGE if operands are changed, and the rule is more than a scale
   */
  Attention attention(
      AttentionShape shape, int window, boolean scaledScores, ScoreRule rule, Limits limits) {
    AttentionOperands attention = attentionOperands();
    if (attention.unchanged()) {
      return new CausalAttention(loader.owner(), shape, window, rule, limits);
    }
    if (!rule.isPlain(shape)) {
      throw fixedAttention("its scores are more than scaled products");
    }
    return new OperandAttention(loader.owner(), shape, window, scaledScores, attention, limits);
  }

  /** The refusal to change the operands of attention's products. */
  PbqException fixedAttention(String why) {
    return PbqException.usage(
        "the products of "
            + layout.sizes().architecture()
            + "'s attention cannot be computed in number formats or measured: "
            + why);
  }

  /** What happens to the operands of attention's products. */
  AttentionOperands attentionOperands() {
    Product scores = product(Product.Kind.SCORES, "scores");
    Product context = product(Product.Kind.CONTEXT, "context");
    return new AttentionOperands(
        operands.of(scores, Operand.LEFT),
        operands.of(scores, Operand.RIGHT),
        operands.of(context, Operand.LEFT),
        operands.of(context, Operand.RIGHT),
        operands.outputOf(scores));
  }

  /** The rotary embedding. */
  RotaryEmbedding rotary(RotarySpec rotary) {
    OperandTransform tables = operands.of(product(Product.Kind.ROTARY, "rotary"), Operand.LEFT);
    return new RotaryEmbedding(loader.owner(), rotary, tables);
  }

  private Product product(Product.Kind kind, String name) {
    return Product.of(block, kind, layout.attentionPath() + "." + name);
  }
}
