package dev.pbq.export;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.Half;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A layer of random codes, for tests of layouts: as pbq has it, and as the exporters do. */
public record RandomGrid(UniformLinear linear, AffineLayer layer) {
  /**
   * A layer.
   *
   * @param symmetric whether every zero point is the middle of the codes
   */
  public static RandomGrid of(int rows, int cols, int bits, int groupSize, boolean symmetric) {
    Random random = new Random(31L * bits + groupSize);
    byte[] codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(1 << bits);
    }
    int groups = cols / groupSize;
    float[] scale = new float[groups * rows];
    int[] zero = new int[scale.length];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = Half.round(random.nextFloat() + 0.01f);
      zero[i] = symmetric ? 1 << (bits - 1) : random.nextInt(1 << bits);
    }
    UniformLinear linear =
        new UniformLinear(
            rows,
            cols,
            groupSize,
            ScaleDtype.F16,
            codes,
            new AffineGrid(bits, scale, zero),
            Optional.empty());
    AffineLayer layer =
        new AffineLayer(rows, cols, bits, groupSize, codes, scale, zero, Optional.empty());
    return new RandomGrid(linear, layer);
  }

  /** A plan with this layer alone. */
  public AffinePlan plan(String name) {
    return new AffinePlan(Map.of(name, AffinePlan.Grid.of(layer)), Map.of(), List.of(), List.of());
  }
}
