package dev.pbq.core.packed;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the non-salient ("low") weights of a {@link SalientSplitLinear} are represented. Per-group
 * arrays are indexed {@code group * rows + row}. Equality is equality of the numbers, bit for bit.
 */
public sealed interface LowPart {
  /** Width of a low weight's code in bits: 0, 1 or more. */
  int codeBits();

  /** The name of the kind in descriptors. */
  String kind();

  /** The floating-point parameters, in the order in which they are stored. */
  List<Parameters> parameters();

  /** The grid of the codes, if they are on one; its scales are among the parameters. */
  default Optional<AffineGrid> codeGrid() {
    return Optional.empty();
  }

  /**
   * Gives the values of all codes.
   *
   * @param grid {@code group * rows + row}
   * @param values set at each code that there is, 0 .. 2^codeBits - 1; others are left as they are
   */
  void codeValues(int grid, float[] values);

  /**
   * Some parameters.
   *
   * @param part their name in the packed layer
   * @param what their name in messages
   * @param values one for each grid, or for each low weight
   * @param perGrid which of the two
   */
  record Parameters(String part, String what, float[] values, boolean perGrid) {}

  /** xnor: mean + scale for code 1 (a weight at or above the mean), mean - scale for code 0. */
  record Binary(float[] mean, float[] scale) implements LowPart {
    @Override
    public int codeBits() {
      return 1;
    }

    @Override
    public String kind() {
      return "binary";
    }

    @Override
    public List<Parameters> parameters() {
      return List.of(
          new Parameters("low_mean", "means", mean, true),
          new Parameters("low_scale", "scales of low weights", scale, true));
    }

    @Override
    public void codeValues(int grid, float[] values) {
      values[0] = mean[grid] - scale[grid];
      values[1] = mean[grid] + scale[grid];
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
    public String kind() {
      return "one-sided";
    }

    @Override
    public List<Parameters> parameters() {
      return List.of(new Parameters("low_level", "levels", level, true));
    }

    @Override
    public void codeValues(int grid, float[] values) {
      values[0] = 0;
      values[1] = level[grid];
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

    @Override
    public String kind() {
      return "uniform";
    }

    @Override
    public List<Parameters> parameters() {
      return List.of(new Parameters("low_scale", "scales of low weights", grid.scale(), true));
    }

    @Override
    public Optional<AffineGrid> codeGrid() {
      return Optional.of(grid);
    }

    @Override
    public void codeValues(int index, float[] values) {
      for (int code = 0; code < 1 << grid.bits(); code++) {
        values[code] = grid.value(index, code);
      }
    }
  }

  /** prune: every low weight is 0. */
  record Zero() implements LowPart {
    @Override
    public int codeBits() {
      return 0;
    }

    @Override
    public String kind() {
      return "zero";
    }

    @Override
    public List<Parameters> parameters() {
      return List.of();
    }

    @Override
    public void codeValues(int grid, float[] values) {
      values[0] = 0;
    }
  }

  /** no: the low weights themselves, in row-major order of their positions, rounded as stored. */
  record Verbatim(float[] values) implements LowPart {
    @Override
    public int codeBits() {
      return 0;
    }

    @Override
    public String kind() {
      return "verbatim";
    }

    @Override
    public List<Parameters> parameters() {
      return List.of(new Parameters("low_values", "low weights", values, false));
    }

    @Override
    public void codeValues(int grid, float[] of) {
      throw new IllegalStateException("low weights that are kept have no codes");
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
