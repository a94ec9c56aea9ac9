package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Packed layers that could not be stored cannot be made. */
class PackedConstructorsTest {
  @Test
  void constructorsRefuseWhatCannotBeStored() {
    AffineGrid grid = new AffineGrid(2, new float[] {1, 1}, new int[] {0, 0});
    LowPart zero = new LowPart.Zero();
    assertInvalid(() -> split(2, 3, 3, new long[1], new byte[5], grid, zero), "5 codes");
    assertInvalid(() -> split(2, 3, 4, new long[1], new byte[6], grid, zero), "groups of 4");
    assertInvalid(() -> split(0, 3, 3, new long[1], new byte[0], grid, zero), "[0, 3]");
    assertInvalid(() -> split(2, 3, 3, new long[2], new byte[6], grid, zero), "2 words");
    assertInvalid(() -> split(2, 3, 3, new long[] {64}, new byte[6], grid, zero), "beyond");
    byte[] low = {0, 0, 0, 0, 0, 1};
    assertInvalid(() -> split(2, 3, 3, new long[1], low, grid, zero), "does not fit");
    byte[] high = {4, 0, 0, 0, 0, 0};
    assertInvalid(() -> split(2, 3, 3, new long[] {1}, high, grid, zero), "does not fit");
    AffineGrid unrounded = new AffineGrid(2, new float[] {1, 0.1f}, new int[] {0, 0});
    assertInvalid(() -> split(2, 3, 3, new long[1], new byte[6], unrounded, zero), "entry 1, 0.1");
    AffineGrid infinite =
        new AffineGrid(2, new float[] {Float.POSITIVE_INFINITY, 1}, new int[] {0, 0});
    assertInvalid(() -> split(2, 3, 3, new long[1], new byte[6], infinite, zero), "Infinity");
    LowPart short1 = new LowPart.Binary(new float[3], new float[4]);
    assertInvalid(() -> split(2, 3, 2, new long[1], new byte[6], grid, short1), "3 means");
    LowPart verbatim = new LowPart.Verbatim(new float[6]);
    assertInvalid(() -> split(2, 3, 3, new long[] {1}, new byte[6], grid, verbatim), "6 low");
    HqqParameters two = new HqqParameters.Plain(new float[2]);
    assertInvalid(() -> hqq(new FlatGroups(1, 4), 1, new byte[6], two), "6 weights in groups of 4");
    assertInvalid(() -> hqq(new FlatGroups(1, 2), 1, new byte[6], two), "2 scales");
    assertInvalid(() -> hqq(new FlatGroups(1, 3), 256, new byte[6], two), "largest code");
    assertInvalid(() -> hqq(new FlatGroups(1, 3), 3, high, two), "code 4 is above 3");
    assertInvalid(
        () ->
            hqq(
                new FlatGroups(1, 3),
                1,
                new byte[6],
                new HqqParameters.Plain(new float[] {1, 0.1f})),
        "entry 1, 0.1");
    HqqParameters none = new HqqParameters.None(2);
    assertInvalid(() -> hqq(new FlatGroups(1, 3), 1, new byte[6], none), "no scales");
    HqqLinear base = hqq(new FlatGroups(1, 3), 1, new byte[6], two);
    assertInvalid(() -> lowRank(base, 0, new float[0], new float[0]), "rank 0");
    assertInvalid(() -> lowRank(base, 1, new float[2], new float[2]), "2 entries of A");
    assertInvalid(() -> lowRank(base, 1, new float[3], new float[3]), "3 entries of B");
    assertInvalid(() -> lowRank(base, 1, new float[] {0, 0.1f, 0}, new float[2]), "entry 1, 0.1");
    assertInvalid(() -> new FlatGroups(2, 3), "axis 2");
    assertInvalid(
        () -> new HqqParameters.Coded(3, new byte[4], new float[1], new float[1]), "groups of 3");
    assertInvalid(
        () -> new HqqParameters.Coded(2, new byte[4], new float[1], new float[2]), "1 scales");
  }

  private static LowRankLinear lowRank(HqqLinear base, int rank, float[] a, float[] b) {
    return new LowRankLinear(base, ScaleDtype.F16, rank, a, b, Optional.empty());
  }

  private static HqqLinear hqq(FlatGroups groups, int maxCode, byte[] codes, HqqParameters scale) {
    return new HqqLinear(
        2, 3, groups, maxCode, ScaleDtype.F16, ComputeDtype.F32, codes, scale, scale);
  }

  private static SalientSplitLinear split(
      int rows, int cols, int group, long[] salient, byte[] codes, AffineGrid high, LowPart low) {
    return new SalientSplitLinear(rows, cols, group, ScaleDtype.F16, salient, codes, high, low);
  }

  private static void assertInvalid(Runnable constructor, String message) {
    assertThatThrownBy(constructor::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
