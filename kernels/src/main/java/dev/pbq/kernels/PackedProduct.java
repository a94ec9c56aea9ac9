package dev.pbq.kernels;

/**
 * The product with a matrix W [rows, cols] that stays as it is stored: y = W x, without a float32
 * copy of W. Immutable, for any number of threads.
 *
 * <p>Results do not depend on the number of threads, nor does the result of one column x depend on
 * how many there are: a token gives the same bits alone and in a prompt.
 */
public interface PackedProduct {
  /** Outputs. */
  int rows();

  /** Inputs. */
  int cols();

  /** Bytes of memory that W takes here. */
  long residentBytes();

  /**
   * Computes y_i = W x_i for {@code count} vectors, in the threads of {@code core.parallel}: one
   * for a step of generation, a few for candidates, many for a prompt.
   *
   * @param x float32 [count, cols], row-major, from {@code xAt} on
   * @param y receives [count, rows], row-major, from {@code yAt} on; not the array of {@code x}
   * @throws IndexOutOfBoundsException if an array is too short
   */
  void multiply(float[] x, int xAt, int count, float[] y, int yAt);

  /** {@link #multiply(float[], int, int, float[], int)} of whole arrays. */
  default void multiply(float[] x, int count, float[] y) {
    multiply(x, 0, count, y, 0);
  }

  /**
   * One row of W, as of an embedding table: the values that {@code dequantize} gives, up to
   * rounding.
   *
   * @param to receives [cols] from {@code at} on
   * @throws IndexOutOfBoundsException if there is no such row, or the array is too short
   */
  void row(int row, float[] to, int at);
}
