package dev.pbq.core.packed;

/** A layer that can be dequantized some rows at a time, so that no whole copy need be held. */
public interface RowDequantizable {
  /** Gives the layer's values, row by row. */
  RowValues rowValues();

  /** The values that {@link QuantizedLinear#dequantize} gives. Thread-safe. */
  interface RowValues {
    /**
     * Dequantizes rows {@code first .. first + count - 1}.
     *
     * @param to receives them, row-major, from index {@code at} on
     */
    void read(int first, int count, float[] to, int at);
  }
}
