package dev.pbq.core.packed;

import java.util.Arrays;

/**
 * How the non-salient ("low") weights of a {@link SalientSplitLinear} are represented. Per-group
 * arrays are indexed {@code group * rows + row}. Equality is equality of the numbers, bit for bit.
 */
public sealed interface LowPart {
  /** Width of a low weight's code in bits: 0, 1 or more. */
  int codeBits();

  /** xnor: mean + scale for code 1 (a weight at or above the mean), mean - scale for code 0. */
  record Binary(float[] mean, float[] scale) implements LowPart {
    @Override
    public int codeBits() {
      return 1;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Binary b && Arrays.equals(b.mean, mean) && Arrays.equals(b.scale, scale);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(mean) + Arrays.hashCode(scale);
    }

    @Override
    public String toString() {
      return "Binary[grids=" + mean.length + "]";
    }
  }

  /** sign: {@code level} for code 1, 0 for code 0. */
  record OneSided(float[] level) implements LowPart {
    @Override
    public int codeBits() {
      return 1;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof OneSided s && Arrays.equals(s.level, level);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(level);
    }

    @Override
    public String toString() {
      return "OneSided[grids=" + level.length + "]";
    }
  }

  /** 2bit and 4bit: uniform grids. */
  record Uniform(AffineGrid grid) implements LowPart {
    @Override
    public int codeBits() {
      return grid.bits();
    }
  }

  /** prune: every low weight is 0. */
  record Zero() implements LowPart {
    @Override
    public int codeBits() {
      return 0;
    }
  }

  /** no: the low weights themselves, in row-major order of their positions, rounded as stored. */
  record Verbatim(float[] values) implements LowPart {
    @Override
    public int codeBits() {
      return 0;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Verbatim v && Arrays.equals(v.values, values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "Verbatim[values=" + values.length + "]";
    }
  }
}
