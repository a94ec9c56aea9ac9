package dev.pbq.core.model;

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
    Linear linear = layout.linear(block, role).orElseThrow(() -> lacks(role));
    Product product = Product.linear(block, role, layout.path(linear));
    return loader
        .linear(linear.name(), operand -> operands.of(product, operand))
        .shownTo(operands.outputOf(product));
  }

  /** The input that the linear of a role reads. */
  LinearInput input(Role role) {
    return layout.linearInputs(block).stream()
        .filter(input -> input.linears().stream().anyMatch(l -> l.role() == role))
        .findFirst()
        .orElseThrow(() -> lacks(role));
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
    return new PlainMlp(linear(Role.FC1), linear(Role.FC2), gelu, input(Role.FC1), input(Role.FC2));
  }

  /** Attention; in a way that lets its operands be changed only where they are. */
  Attention attention(AttentionShape shape, int window, boolean scaledScores, Limits limits) {
    AttentionOperands attention = attentionOperands();
    return attention.unchanged()
        ? new CausalAttention(
            loader.owner(), shape.heads(), shape.keyValueHeads(), shape.headDim(), window, limits)
        : new OperandAttention(loader.owner(), shape, window, scaledScores, attention, limits);
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
  Optional<RotaryEmbedding> rotary(Rope rope, int headDim) {
    OperandTransform tables = operands.of(product(Product.Kind.ROTARY, "rotary"), Operand.LEFT);
    return Optional.of(new RotaryEmbedding(loader.owner(), rope, headDim, tables));
  }

  private Product product(Product.Kind kind, String name) {
    return Product.of(block, kind, layout.attentionPath() + "." + name);
  }
}
