package dev.pbq.formats.model;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.formats.arithmetic.TensorFormat;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.OperandRole;
import dev.pbq.formats.config.OperationFormats;
import java.util.Optional;

/**
 * Rounds the operands of a model's products to number formats. Every sequence, and every head of
 * it, is rounded as a separate tensor, as in the reference with a batch of one.
 *
 * @param formats the formats of the model's operations
 * @param weights whether weights of linears are rounded too
 */
public record FormatOperands(ModelFormats formats, boolean weights) implements ProductOperands {
  @Override
  public OperandTransform of(Product product, Operand operand) {
    OperationFormats operation = formats.operation(product.block(), path(product));
    if (operation.bypass()) {
      return OperandTransform.NONE;
    }
    boolean linear = product.kind() == Product.Kind.LINEAR;
    Optional<TensorFormat> format =
        switch (operand) {
          case LEFT -> operation.of(OperandRole.DATA_IN);
          case RIGHT -> linear && !weights ? Optional.empty() : operation.of(OperandRole.WEIGHT);
          case BIAS -> Optional.of(bias(product, operation));
        };
    if (format.isEmpty()) {
      return OperandTransform.NONE;
    }
    TensorFormat f = format.get();
    if (operand == Operand.BIAS) {
      return (x, matrices, rows, cols) -> f.quantize(x, false, cols);
    }
    boolean table = product.kind() == Product.Kind.ROTARY;
    return table || (linear && operand == Operand.RIGHT)
        ? (x, matrices, rows, cols) -> f.quantize(x, false, rows, cols)
        : f::quantizeEach;
  }

  private static TensorFormat bias(Product product, OperationFormats operation) {
    return operation
        .of(OperandRole.BIAS)
        .orElseThrow(
            () ->
                PbqException.usage(
                    operation.where()
                        + " says nothing of biases, and "
                        + product.path()
                        + " has one"));
  }

  private String path(Product product) {
    Architecture architecture = formats.architecture();
    return switch (product.kind()) {
      case LINEAR -> architecture.path(product.role().orElseThrow());
      case SCORES -> architecture.scores();
      case CONTEXT -> architecture.context();
      case ROTARY -> architecture.rotary().orElseThrow();
    };
  }
}
