package dev.pbq.core.packed;

import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.Trellis;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random layers of all families and kinds, for tests of other modules. */
public final class SampleLayers {
  private SampleLayers() {}

  /** Some dozens of layers, all of this shape. */
  public static List<QuantizedLinear> all(int rows, int cols, long seed) {
    List<QuantizedLinear> layers = new ArrayList<>();
    Random random = new Random(seed);
    int group = 1 + random.nextInt(cols);
    ScaleDtype type = any(ScaleDtype.values(), ScaleDtype.values().length, random);
    for (int bits = 1; bits <= 8; bits++) {
      Zeros zeros = any(Zeros.values(), 4, random);
      layers.add(
          RandomLayers.uniform(rows, cols, group, type, bits, zeros, bits % 2 == 0, seed + bits));
    }
    for (RandomLayers.LowKind kind : RandomLayers.LowKind.values()) {
      double share = random.nextInt(4) * 0.3;
      layers.add(
          RandomLayers.salientSplit(
              rows, cols, group, type, share, 8, kind, 1 + random.nextInt(4), Zeros.U8, seed));
    }
    for (GroupLayout layout : RandomLayers.layouts()) {
      ScaleFormat format = any(ScaleFormat.values(), 3, random);
      layers.add(
          RandomLayers.binaryGroups(
              rows, cols, group, layout, format, BitmapCoding.RAW, 0.2, random.nextLong()));
    }
    for (int i = 0; i < 12; i++) {
      layers.add(hqq(rows, cols, random));
    }
    int rank = 1 + random.nextInt(Math.min(rows, cols));
    layers.add(RandomLayers.lowRank(rows, cols, rank, new FlatGroups(1, cols), type, true, seed));
    layers.add(RandomLayers.oneBit(rows, cols, type, seed));
    layers.add(RandomLayers.biReal(rows, cols, type, seed));
    for (NumberFormat format : BlockFormatLayers.formats(random)) {
      int blockRows = 1 + random.nextInt(rows);
      int kept = Math.min(random.nextInt(3), rows * cols);
      layers.add(
          BlockFormatLayers.layer(rows, cols, format, blockRows, group, kept, random.nextLong()));
    }
    for (Trellis trellis : Trellis.values()) {
      layers.add(
          RandomEntropyCoded.of(
              rows,
              cols,
              trellis,
              1 + random.nextInt(rows),
              ScaleFormat.F16,
              any(Coding.values(), 1, new Random(seed)),
              seed));
    }
    return layers;
  }

  /** One of the first {@code count}. */
  private static <T> T any(T[] all, int count, Random random) {
    return List.of(all).get(random.nextInt(count));
  }

  private static HqqLinear hqq(int rows, int cols, Random random) {
    int[] largest = {1, 2, 3, 7, 15, 31, 63, 255};
    int size = RandomLayers.divisor(random, random.nextBoolean() ? cols : rows * cols);
    ComputeDtype compute = any(ComputeDtype.values(), 3, random);
    return RandomLayers.hqq(
        rows,
        cols,
        new FlatGroups(random.nextInt(2), size),
        ScaleDtype.F16,
        compute,
        largest[random.nextInt(largest.length)],
        RandomLayers.CodedParameters.NONE,
        random.nextLong());
  }
}
