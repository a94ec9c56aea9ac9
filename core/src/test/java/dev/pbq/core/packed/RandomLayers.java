package dev.pbq.core.packed;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Layers of every family with random contents. */
final class RandomLayers {
  /** The kinds of {@link LowPart}. */
  enum LowKind {
    BINARY,
    ONE_SIDED,
    UNIFORM,
    ZERO,
    VERBATIM
  }

  private RandomLayers() {}

  static OneBitLinear oneBit(int rows, int cols, ScaleDtype type, long seed) {
    Random random = new Random(seed);
    byte[] negative = signs(random, rows * cols);
    return new OneBitLinear(
        rows, cols, type, negative, factors(random, cols, type), factors(random, rows, type));
  }

  static BiRealLinear biReal(int rows, int cols, ScaleDtype type, long seed) {
    Random random = new Random(seed);
    byte[] negative = signs(random, rows * cols);
    return new BiRealLinear(rows, cols, type, negative, factors(random, rows, type));
  }

  private static byte[] signs(Random random, int count) {
    byte[] negative = new byte[count];
    for (int i = 0; i < count; i++) {
      negative[i] = (byte) random.nextInt(2);
    }
    return negative;
  }

  /** Zero points of the base are stored for seeds that are even. */
  static LowRankLinear lowRank(
      int rows, int cols, int rank, FlatGroups groups, ScaleDtype type, boolean bias, long seed) {
    Random random = new Random(seed);
    HqqLinear whole = hqq(rows, cols, groups, type, ComputeDtype.F32, 3, CodedParameters.NONE, 9);
    HqqLinear base =
        new HqqLinear(
            rows,
            cols,
            groups,
            whole.maxCode(),
            type,
            ComputeDtype.F32,
            whole.codes(),
            whole.scale(),
            seed % 2 == 0 ? whole.zero() : new HqqParameters.None(whole.zero().count()));
    return new LowRankLinear(
        base,
        type,
        rank,
        factors(random, cols * rank, type),
        factors(random, rank * rows, type),
        bias ? Optional.of(factors(random, rows, type)) : Optional.empty());
  }

  static float[] factors(Random random, int count, ScaleDtype type) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = type.round((float) random.nextGaussian());
    }
    return values;
  }

  static SalientSplitLinear salientSplit(
      int rows,
      int cols,
      int groupSize,
      ScaleDtype type,
      double salientShare,
      int highBits,
      LowKind kind,
      int lowBits,
      Zeros zeros,
      long seed) {
    Random random = new Random(seed);
    int n = rows * cols;
    long[] salient = bitmap(random, n, salientShare);
    int salientCount = Bitmap.ones(salient, 0, n);
    AffineGrid high =
        new AffineGrid(highBits, floats(random, type, rows), zeros.draw(random, rows));
    int grids = ((cols + groupSize - 1) / groupSize) * rows;
    LowPart low =
        switch (kind) {
          case BINARY ->
              new LowPart.Binary(floats(random, type, grids), floats(random, type, grids));
          case ONE_SIDED -> new LowPart.OneSided(floats(random, type, grids));
          case UNIFORM ->
              new LowPart.Uniform(
                  new AffineGrid(lowBits, floats(random, type, grids), zeros.draw(random, grids)));
          case ZERO -> new LowPart.Zero();
          case VERBATIM -> new LowPart.Verbatim(floats(random, type, n - salientCount));
        };
    byte[] codes = new byte[n];
    for (int i = 0; i < n; i++) {
      int bits = Bitmap.get(salient, i) ? highBits : low.codeBits();
      codes[i] = (byte) random.nextInt(1 << bits);
    }
    return new SalientSplitLinear(rows, cols, groupSize, type, salient, codes, high, low);
  }

  static UniformLinear uniform(
      int rows,
      int cols,
      int groupSize,
      ScaleDtype type,
      int bits,
      Zeros zeros,
      boolean activationOrder,
      long seed) {
    Random random = new Random(seed);
    int groups = (cols + groupSize - 1) / groupSize;
    byte[] codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(1 << bits);
    }
    Optional<int[]> columnGroup = Optional.empty();
    if (activationOrder) {
      columnGroup = Optional.of(random.ints(cols, 0, groups).toArray());
    }
    AffineGrid grid =
        new AffineGrid(
            bits, floats(random, type, groups * rows), zeros.draw(random, groups * rows));
    return new UniformLinear(rows, cols, groupSize, type, codes, grid, columnGroup);
  }

  /** Every layout of groups. */
  static List<GroupLayout> layouts() {
    List<GroupLayout> layouts = new ArrayList<>();
    for (int salient = 0; salient <= GroupLayout.MAX_CLASSES; salient++) {
      for (int other = 1; other <= GroupLayout.MAX_CLASSES; other++) {
        for (GroupLayout.MeanSharing means : GroupLayout.MeanSharing.values()) {
          layouts.add(GroupLayout.rows(salient, other, means));
        }
        layouts.add(GroupLayout.rowColumns(salient, other, false));
        layouts.add(GroupLayout.rowColumns(salient, other, true));
      }
    }
    return layouts;
  }

  /**
   * Classes of unequal size that depend on the column, so that bitmaps are worth coding; scales of
   * every magnitude and sign, some of them 0.
   */
  static BinaryGroupsLinear binaryGroups(
      int rows,
      int cols,
      int blockSize,
      GroupLayout layout,
      ScaleFormat format,
      BitmapCoding coding,
      double salientShare,
      long seed) {
    Random random = new Random(seed);
    long[] salient = bitmap(random, cols, layout.salientClasses() == 0 ? 0 : salientShare);
    ColumnSides sides = new ColumnSides(salient, cols, blockSize);
    byte[] codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      boolean here = sides.isSalient(i % cols);
      int last = layout.classes(here) - 1;
      int classOfSide = 0;
      while (classOfSide < last && random.nextInt(8) < 4 + i % cols % 4) {
        classOfSide++;
      }
      codes[i] = (byte) (random.nextInt(here ? 4 : 2) | classOfSide << 2);
    }
    List<BlockScales> scales = new ArrayList<>();
    for (int b = 0; b < sides.blocks(); b++) {
      scales.add(blockScales(random, layout, format, sides, b, rows));
    }
    return new BinaryGroupsLinear(
        rows, cols, blockSize, layout, format, coding, salient, codes, scales);
  }

  private static BlockScales blockScales(
      Random random,
      GroupLayout layout,
      ScaleFormat format,
      ColumnSides sides,
      int block,
      int rows) {
    ScaleVector mean = vector(random, format, rows);
    ScaleVector col1 = vector(random, format, sides.to(block) - sides.from(block));
    ScaleVector col2 = vector(random, format, sides.count(block, true));
    List<GroupScales> groups = new ArrayList<>();
    for (int g = 0; g < layout.groups(); g++) {
      boolean salient = layout.isSalient(g);
      int width = sides.count(block, salient);
      ScaleVector first = vector(random, format, rows);
      Optional<ScaleVector> second =
          salient ? Optional.of(vector(random, format, rows)) : Optional.empty();
      if (layout.form() == GroupLayout.Form.ROW) {
        Optional<ScaleVector> mu =
            switch (layout.means()) {
              case EACH -> Optional.of(vector(random, format, rows));
              case BLOCK -> Optional.of(mean);
              case NONE -> Optional.empty();
            };
        groups.add(new RowScales(mu, first, second));
      } else if (layout.sharedColumns()) {
        groups.add(new RowColumnScales(first, col1, second, second.map(s -> col2)));
      } else {
        groups.add(
            new RowColumnScales(
                first,
                vector(random, format, width),
                second,
                second.map(s -> vector(random, format, width))));
      }
    }
    return new BlockScales(groups);
  }

  private static ScaleVector vector(Random random, ScaleFormat format, int length) {
    boolean signed = random.nextBoolean();
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      double v =
          switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> -0.0;
            case 2 -> random.nextGaussian() * 1e-6;
            default -> random.nextGaussian();
          };
      values[i] = signed ? v : Math.abs(v);
    }
    return ScaleVector.encode(format, values);
  }

  /** Which of the parameters of an HQQ layer are themselves coded. */
  enum CodedParameters {
    NONE,
    SCALES,
    ZEROS,
    BOTH
  }

  /**
   * An HQQ layer.
   *
   * @param groups must leave no weight over
   */
  static HqqLinear hqq(
      int rows,
      int cols,
      FlatGroups groups,
      ScaleDtype type,
      ComputeDtype compute,
      int maxCode,
      CodedParameters coded,
      long seed) {
    Random random = new Random(seed);
    int count = groups.count(rows * cols);
    byte[] codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(maxCode + 1);
    }
    boolean codedScales = coded == CodedParameters.SCALES || coded == CodedParameters.BOTH;
    boolean codedZeros = coded == CodedParameters.ZEROS || coded == CodedParameters.BOTH;
    return new HqqLinear(
        rows,
        cols,
        groups,
        maxCode,
        type,
        compute,
        codes,
        parameters(random, type, count, codedScales),
        parameters(random, type, count, codedZeros));
  }

  private static HqqParameters parameters(
      Random random, ScaleDtype type, int count, boolean coded) {
    if (!coded) {
      return new HqqParameters.Plain(floats(random, type, count));
    }
    int groupSize = divisor(random, count);
    byte[] codes = new byte[count];
    random.nextBytes(codes);
    return new HqqParameters.Coded(
        groupSize,
        codes,
        floats(random, ScaleDtype.F32, count / groupSize),
        floats(random, ScaleDtype.F32, count / groupSize));
  }

  /** One of the divisors of {@code n}. */
  static int divisor(Random random, int n) {
    int divisor = 1 + random.nextInt(n);
    while (n % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  static long[] bitmap(Random random, int bits, double share) {
    long[] bitmap = new long[Bitmap.words(bits)];
    for (int i = 0; i < bits; i++) {
      if (random.nextDouble() < share) {
        bitmap[i >>> 6] |= 1L << i;
      }
    }
    return bitmap;
  }

  /** Finite values of every magnitude, both zeros and subnormals included. */
  private static float[] floats(Random random, ScaleDtype type, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (random.nextInt(8)) {
            case 0 -> 0f;
            case 1 -> -0f;
            case 2 -> type.round((float) (random.nextGaussian() * 1e-6));
            default -> type.round((float) random.nextGaussian());
          };
    }
    return values;
  }
}
