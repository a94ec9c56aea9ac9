package dev.pbq.eval.profile;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.ProductOutput;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the operands and outputs of one block while it runs. Where the run rounds operands to
 * number formats, they are measured first and then rounded. Not thread-safe.
 */
final class BlockObserver implements ProductOperands, LinearInputTap {
  private final AttentionShape attention;
  private final ProductOperands watched;
  private final Map<String, SampleVariance> statistics = new HashMap<>();

  /**
   * Watches a run.
   *
   * @param watched what happens to the operands of the block's products
   */
  BlockObserver(AttentionShape attention, ProductOperands watched) {
    this.attention = attention;
    this.watched = watched;
  }

  @Override
  public OperandTransform of(Product product, Operand operand) {
    OperandTransform change = watched.of(product, operand);
    if (product.kind() != Product.Kind.SCORES) {
      return change;
    }
    String name = operand == Operand.LEFT ? "matmul_0_in_q" : "matmul_0_in_k";
    long heads = operand == Operand.LEFT ? attention.heads() : attention.keyValueHeads();
    return (x, matrices, rows, cols) -> {
      add(name, x, heads * rows * cols);
      change.apply(x, matrices, rows, cols);
    };
  }

  @Override
  public ProductOutput outputOf(Product product) {
    long matrices = product.kind() == Product.Kind.SCORES ? attention.heads() : 1;
    ProductOutput shown = watched.outputOf(product);
    return Operations.ofOutput(product)
        .<ProductOutput>map(
            name ->
                (y, m, rows, cols) -> {
                  add(name, y, matrices * rows * cols);
                  shown.accept(y, m, rows, cols);
                })
        .orElse(shown);
  }

  @Override
  public void accept(LinearInput input, FloatBuffer x, int sequences, int tokensPerSequence) {
    add(Operations.of(input), x, (long) tokensPerSequence * input.features());
  }

  private void add(String operation, FloatBuffer values, long windowValues) {
    statistics.computeIfAbsent(operation, o -> new SampleVariance()).add(values, windowValues);
  }

  /**
   * What was measured.
   *
   * @throws PbqException NUMERICAL naming block and operation if it is not finite
   */
  List<VarianceEntry> entries(int block) {
    List<VarianceEntry> entries = new ArrayList<>();
    for (String operation : Operations.ORDER) {
      SampleVariance statistic = statistics.get(operation);
      if (statistic != null) {
        double variance = statistic.variance();
        if (!Double.isFinite(variance)) {
          throw PbqException.numerical(
              "the variance of " + operation + " of block " + block + " is not finite");
        }
        entries.add(new VarianceEntry(block, operation, variance));
      }
    }
    return entries;
  }
}
