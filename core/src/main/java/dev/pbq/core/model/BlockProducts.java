package dev.pbq.core.model;

import java.util.Optional;

/**
 * Makes the products of one block.
 *
 * @param layer prefix of the block's tensors
 * @param block its index
 */
record BlockProducts(WeightLoader loader, String layer, int block, ProductOperands operands) {

  /** The linear {@code layer + "." + path}. */
  LinearLayer linear(String path) {
    Product product = new Product(block, Product.Kind.LINEAR, path);
    return loader
        .linear(layer + "." + path, operand -> operands.of(product, operand))
        .shownTo(operands.outputOf(product));
  }

  /** Attention; in a way that lets its operands be changed only where they are. */
  Attention attention(AttentionShape shape, int window, boolean scaledScores, Limits limits) {
    AttentionOperands attention =
        new AttentionOperands(
            transform(Product.Kind.SCORES, "self_attn.scores", Operand.LEFT),
            transform(Product.Kind.SCORES, "self_attn.scores", Operand.RIGHT),
            transform(Product.Kind.CONTEXT, "self_attn.context", Operand.LEFT),
            transform(Product.Kind.CONTEXT, "self_attn.context", Operand.RIGHT),
            operands.outputOf(new Product(block, Product.Kind.SCORES, "self_attn.scores")));
    return attention.unchanged()
        ? new CausalAttention(
            loader.owner(), shape.heads(), shape.keyValueHeads(), shape.headDim(), window, limits)
        : new OperandAttention(loader.owner(), shape, window, scaledScores, attention, limits);
  }

  /** The rotary embedding. */
  Optional<RotaryEmbedding> rotary(Rope rope, int headDim) {
    OperandTransform tables = transform(Product.Kind.ROTARY, "self_attn.rotary", Operand.LEFT);
    return Optional.of(new RotaryEmbedding(loader.owner(), rope, headDim, tables));
  }

  private OperandTransform transform(Product.Kind kind, String path, Operand operand) {
    return operands.of(new Product(block, kind, path), operand);
  }
}
