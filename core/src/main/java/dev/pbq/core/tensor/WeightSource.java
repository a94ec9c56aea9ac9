package dev.pbq.core.tensor;

import dev.pbq.core.PbqException;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * A source of weights by name, widened to float32: a dense checkpoint, or a packed one that is
 * dequantized as it is read. Thread-safe.
 */
public interface WeightSource {
  /** Whether a tensor of this full name (with its {@code .weight} or {@code .bias}) exists. */
  boolean contains(String name);

  /**
   * The type, as stored, of a tensor that is there but of a type that pbq does not read, so that
   * {@link #contains} denies it; empty for all others.
   */
  default Optional<String> unreadType(String name) {
    return Optional.empty();
  }

  /**
   * How many rows of a table are worth loading ahead; those behind are padding that is not a
   * number, and no token is expected to reach it.
   */
  default long soundRows(String name) {
    return Long.MAX_VALUE;
  }

  /**
   * The shape of a tensor; empty for a scalar.
   *
   * @throws PbqException NOT_FOUND if there is no such tensor
   */
  long[] shape(String name);

  /**
   * Whether a linear of this full name (without {@code .weight}) is quantized here. Its weight is
   * then given as [outputs, inputs], also where the family's own files store it in another form.
   */
  default boolean holdsLinear(String linear) {
    return false;
  }

  /**
   * Reads consecutive rows (indices along the first dimension; for a vector, elements) as float32
   * into {@code destination}, from its position on; the position moves past what was written.
   * Values are delivered as stored: NaN and infinity are not refused here.
   *
   * @throws PbqException NOT_FOUND if there is no such tensor; BAD_DATA if it is not of a floating
   *     type or cannot be read
   */
  void readRows(String name, long firstRow, long rowCount, FloatBuffer destination);

  /**
   * What a linear computes from its weight.
   *
   * @param linear its full name without {@code .weight}
   */
  default LinearForm form(String linear) {
    return LinearForm.PLAIN;
  }

  /** Reads a whole tensor of fewer than 2^31 elements. */
  default float[] read(String name) {
    long count = 1;
    long[] shape = shape(name);
    for (long d : shape) {
      count = Math.multiplyExact(count, d);
    }
    float[] values = new float[Math.toIntExact(count)];
    readRows(name, 0, shape.length == 0 ? 1 : shape[0], FloatBuffer.wrap(values));
    return values;
  }

  /** Reads a two-dimensional tensor. */
  default FloatMatrix readMatrix(String name) {
    long[] shape = shape(name);
    if (shape.length != 2) {
      throw PbqException.badData(
          "tensor " + name + " has " + shape.length + " dimensions where a matrix was expected");
    }
    return new FloatMatrix(Math.toIntExact(shape[0]), Math.toIntExact(shape[1]), read(name));
  }
}
