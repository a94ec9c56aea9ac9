package dev.pbq.kernels.family;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.kernels.form.Apart;
import dev.pbq.kernels.form.CodeTiles;
import java.util.List;

/** What a layer's weights become. */
public sealed interface Form {
  /** Codes with scales, and weights apart. */
  record Coded(CodeTiles tiles, List<Apart> apart) implements Form {
    static Coded of(CodeTiles tiles) {
      return new Coded(tiles, List.of());
    }
  }

  /**
   * The dequantized values, in the narrowest type that holds them exactly: no grid of codes has
   * them.
   */
  record Values(QuantizedLinear layer, DType dtype) implements Form {}

  /**
   * A base and an adapter: W = base + (A B)^T.
   *
   * @param a A [cols, rank]
   * @param b B [rank, rows]
   */
  record Adapted(QuantizedLinear base, int rank, float[] a, float[] b) implements Form {}
}
