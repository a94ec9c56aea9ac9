package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.function.Function;

/**
 * Brings weights into arrays of the engine: checks their shapes against the configuration, reads
 * them in pieces straight into the engine's memory, and refuses NaN and infinity.
 */
final class WeightLoader {
  /** Bytes read at once; small enough for a Java buffer, large enough to make calls rare. */
  private static final long PIECE_BYTES = 32L << 20;

  private final NDManager owner;
  private final WeightSource weights;
  private final TensorCatalog catalog;

  /**
   * @param owner gets every array that is loaded
   */
  WeightLoader(NDManager owner, WeightSource weights, TensorCatalog catalog) {
    this.owner = owner;
    this.weights = LayoutWeights.of(weights, catalog);
    this.catalog = catalog;
  }

  /** The same loader, whose arrays belong to {@code other}. */
  WeightLoader into(NDManager other) {
    return new WeightLoader(other, weights, catalog);
  }

  NDManager owner() {
    return owner;
  }

  /** The tensor of this name. */
  NDArray load(String name) {
    return loadRows(name, 0, checkedShape(name)[0]);
  }

  /** Rows [first, first + count) of a tensor. */
  NDArray loadRows(String name, long first, long count) {
    long[] shape = checkedShape(name);
    shape[0] = count;
    NDArray array = HostArrays.build(owner, new Shape(shape), host -> fill(name, host, first));
    array.setName(name);
    return array;
  }

  /** A linear layer with its bias where the configuration has one. */
  LinearLayer linear(String name) {
    return linear(name, operand -> OperandTransform.NONE);
  }

  /** As {@link #linear(String)}, with changed operands. */
  LinearLayer linear(String name, Function<Operand, OperandTransform> operands) {
    OperandTransform input = operands.apply(Operand.LEFT);
    NDArray weight = load(name + ".weight", operands.apply(Operand.RIGHT));
    LinearForm form = weights.form(name);
    NDArray bias = bias(name, form, weight.getShape().get(0), operands);
    return new LinearLayer(name, weight, bias, input).in(form, owner);
  }

  /** A linear that holds its weight itself. */
  LinearLayer heldLinear(String name, HeldLinear held) {
    LinearForm form = weights.form(name);
    long outputs = catalog.linearShape(name)[0];
    return new LinearLayer(name, held, bias(name, form, outputs, operand -> OperandTransform.NONE));
  }

  /** Null where there is none. */
  private NDArray bias(
      String linear, LinearForm form, long outputs, Function<Operand, OperandTransform> operands) {
    String name = linear + ".bias";
    return switch (form.bias()) {
      case NONE -> null;
      case OWN -> load(name, new long[] {outputs}, operands.apply(Operand.BIAS));
      case OF_MODEL -> catalog.contains(name) ? load(name, operands.apply(Operand.BIAS)) : null;
    };
  }

  private NDArray load(String name, OperandTransform transform) {
    return load(name, checkedShape(name), transform);
  }

  private NDArray load(String name, long[] shape, OperandTransform transform) {
    long rows = shape.length == 1 ? 1 : shape[0];
    NDArray array =
        HostArrays.build(
            owner,
            new Shape(shape),
            host -> {
              fill(name, host, 0);
              OperandArrays.change(name, host, transform, 1, rows);
            });
    array.setName(name);
    return array;
  }

  /** Checks a tensor's shape and returns it. */
  long[] checkedShape(String name) {
    return catalog.checkedShape(weights, name);
  }

  private void fill(String name, NDArray host, long first) {
    long rows = host.getShape().get(0);
    long rowElements = host.getShape().size() / rows;
    long piece = Math.max(1, PIECE_BYTES / (4 * rowElements));
    for (long row = 0; row < rows; row += piece) {
      long count = Math.min(piece, rows - row);
      try (NDArray part = HostArrays.rows(host, row, row + count)) {
        FloatBuffer buffer = HostArrays.buffer(part);
        weights.readRows(name, first + row, count, buffer);
        if (buffer.hasRemaining()) {
          throw new IllegalStateException(
              "the source wrote " + buffer.position() + " elements of " + name + ", not all");
        }
        requireFinite(name, part, buffer, first + row, rowElements);
      }
    }
  }

  private static void requireFinite(
      String name, NDArray part, FloatBuffer buffer, long firstRow, long rowElements) {
    try (NDArray sum = part.sum()) {
      if (Float.isFinite(sum.getFloat())) {
        return;
      }
    }
    // Some entry is not finite, unless the sum of finite entries overflowed.
    for (int i = 0; i < buffer.capacity(); i++) {
      float value = buffer.get(i);
      if (!Float.isFinite(value)) {
        long row = firstRow + i / rowElements;
        String place =
            rowElements == 1 ? "[" + row + "]" : "[" + row + ", " + i % rowElements + "]";
        throw PbqException.numerical("tensor " + name + " holds " + value + " at " + place);
      }
    }
  }
}
