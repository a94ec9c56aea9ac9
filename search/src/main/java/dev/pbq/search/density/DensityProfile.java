package dev.pbq.search.density;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.formats.arithmetic.TensorFormat;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.OperandRole;
import dev.pbq.formats.config.OperationFormats;
import java.util.List;
import java.util.Optional;

/**
 * Counts the bits of a model's operands under a configuration, as the reference's profiler does:
 * blocks that reach over the end of a dimension count whole; a weight's blocks run along its
 * outputs; both operands of an attention product have the width of the left one. The profiler knows
 * {@code block_fp} and {@code integer} alone; here other formats count alike, their width and what
 * their blocks share. What is bypassed counts 32 bits.
 */
public final class DensityProfile {
  /** Bits of a number that is not quantized. */
  private static final int FULL = 32;

  private final ModelFormats formats;
  private final int tokens;
  private final boolean ownWidths;

  /**
   * Prepares a count in which right operands of attention products have their own width.
   *
   * @param tokens of the one sequence whose activations are counted
   */
  public static DensityProfile ownWidths(ModelFormats formats, int tokens) {
    return new DensityProfile(formats, tokens, true);
  }

  private DensityProfile(ModelFormats formats, int tokens, boolean ownWidths) {
    this.formats = formats;
    this.tokens = tokens;
    this.ownWidths = ownWidths;
  }

  /**
   * Prepares a count.
   *
   * @param tokens of the one sequence whose activations are counted; the reference's default is 256
   */
  public DensityProfile(ModelFormats formats, int tokens) {
    this(formats, tokens, false);
  }

  /**
   * Counts all layers.
   *
   * @param block the operations of one layer; all are alike
   * @throws PbqException USAGE naming the section, if a linear has a bias and the section says
   *     nothing of biases
   */
  public Density of(BlockOperations block) {
    Density sum = Density.NONE;
    for (int layer = 0; layer < formats.layers(); layer++) {
      for (BlockOperations.LinearShape linear : block.linears()) {
        sum = sum.plus(linear(linear, formats.operation(layer, linear.path())));
      }
      int d = block.headDim();
      Density scores =
          product(formats.operation(layer, formats.architecture().scores()), tokens, d, tokens);
      Density context =
          product(formats.operation(layer, formats.architecture().context()), tokens, tokens, d);
      sum = sum.plus(scores.plus(context).times(block.heads()));
    }
    return sum;
  }

  private Density linear(BlockOperations.LinearShape linear, OperationFormats operation) {
    long inputs = linear.inputs();
    long outputs = linear.outputs();
    long parameters = inputs * outputs;
    long parameterBits = bits(operation.of(OperandRole.WEIGHT), Optional.empty(), inputs, outputs);
    long flops = tokens * outputs * (2 * inputs - 1);
    if (linear.bias()) {
      parameters += outputs;
      parameterBits += biasBits(operation, outputs);
      flops += tokens * outputs;
    }
    return new Density(
        parameters,
        tokens * inputs,
        parameterBits,
        bits(operation.of(OperandRole.DATA_IN), Optional.empty(), tokens, inputs),
        flops);
  }

  private static long biasBits(OperationFormats operation, long outputs) {
    Optional<TensorFormat> bias = operation.of(OperandRole.BIAS);
    if (bias.isEmpty() && !operation.bypass()) {
      throw PbqException.usage(
          operation.where() + " says nothing of biases, which the model's linear layers have");
    }
    return bits(bias, Optional.empty(), outputs);
  }

  /** [rows, inner] times [inner, cols]. */
  private Density product(OperationFormats operation, long rows, long inner, long cols) {
    Optional<TensorFormat> left = operation.of(OperandRole.DATA_IN);
    Optional<TensorFormat> right = operation.of(OperandRole.WEIGHT);
    long bits = bits(left, Optional.empty(), rows, inner);
    bits +=
        bits(right, ownWidths ? Optional.empty() : left.map(f -> f.format().width()), inner, cols);
    return new Density(0, rows * inner + inner * cols, 0, bits, rows * cols * (2 * inner - 1));
  }

  /** Bits of a tensor in a format, or in another width than the format's. */
  private static long bits(Optional<TensorFormat> format, Optional<Integer> width, long... shape) {
    long numbers = 1;
    for (long d : shape) {
      numbers *= d;
    }
    if (format.isEmpty()) {
      return numbers * FULL;
    }
    NumberFormat number = format.get().format();
    long bits = width.orElse(number.width());
    if (number.sharedBits() == 0) {
      return numbers * bits;
    }
    List<Integer> sizes = format.get().blocks().sizes();
    long blocks = 1;
    long perBlock = 1;
    for (int i = 1; i <= shape.length; i++) {
      // Sizes that are missing on the left are 1 here, though whole dimensions when quantizing.
      long size = i > sizes.size() ? 1 : sizes.get(sizes.size() - i);
      size = size == -1 ? shape[shape.length - i] : size;
      blocks *= (shape[shape.length - i] + size - 1) / size;
      perBlock *= size;
    }
    return blocks * (perBlock * bits + number.sharedBits());
  }
}
