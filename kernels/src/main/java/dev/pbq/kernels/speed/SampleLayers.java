package dev.pbq.kernels.speed;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.BitmapCoding;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.BlockScales;
import dev.pbq.core.packed.ColumnSteps;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.GroupLayout;
import dev.pbq.core.packed.GroupScales;
import dev.pbq.core.packed.KeptWeights;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.RowColumnScales;
import dev.pbq.core.packed.RowScales;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.packed.ScaleVector;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.Half;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Layers of some storage families with random contents. */
final class SampleLayers {
  /** Columns of a block of the binary methods, and of a group of PB-LLM's low weights. */
  private static final int BLOCK = 128;

  private static final double SALIENT = 0.1;

  private SampleLayers() {}

  static byte[] codes(Random random, int count, int bits) {
    byte[] codes = new byte[count];
    random.nextBytes(codes);
    for (int i = 0; i < count; i++) {
      codes[i] &= (byte) ((1 << bits) - 1);
    }
    return codes;
  }

  /** Positive, and exact in binary16. */
  static float[] scales(Random random, int count) {
    float[] scales = new float[count];
    for (int i = 0; i < count; i++) {
      scales[i] = Half.round(0.01f + random.nextFloat());
    }
    return scales;
  }

  static QuantizedLinear uniform(int rows, int cols, int bits, int group) {
    Random random = new Random(bits);
    int grids = ((cols - 1) / group + 1) * rows;
    int[] zeros = random.ints(grids, 0, 1 << bits).toArray();
    return new UniformLinear(
        rows,
        cols,
        group,
        ScaleDtype.F16,
        codes(random, rows * cols, bits),
        new AffineGrid(bits, scales(random, grids), zeros),
        Optional.empty());
  }

  static QuantizedLinear salientSplit(int rows, int cols) {
    Random random = new Random(rows);
    byte[] codes = codes(random, rows * cols, 8);
    long[] salient = new long[(codes.length - 1) / Long.SIZE + 1];
    for (int i = 0; i < codes.length; i++) {
      if (random.nextDouble() < SALIENT) {
        salient[i / Long.SIZE] |= 1L << i;
      } else {
        codes[i] &= 1;
      }
    }
    int[] zeros = new int[rows];
    Arrays.fill(zeros, 128);
    int grids = ((cols - 1) / BLOCK + 1) * rows;
    return new SalientSplitLinear(
        rows,
        cols,
        BLOCK,
        ScaleDtype.F16,
        salient,
        codes,
        new AffineGrid(8, scales(random, rows), zeros),
        new LowPart.Binary(scales(random, grids), scales(random, grids)));
  }

  static QuantizedLinear binaryGroups(int rows, int cols, GroupLayout layout) {
    Random random = new Random(rows);
    long[] salient = new long[(cols - 1) / Long.SIZE + 1];
    boolean[] is = new boolean[cols];
    for (int c = 0; c < cols; c++) {
      is[c] = random.nextDouble() < SALIENT;
      salient[c / Long.SIZE] |= is[c] ? 1L << c : 0;
    }
    byte[] codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      boolean here = is[i % cols];
      int classOfSide = random.nextInt(layout.classes(here));
      codes[i] = (byte) (random.nextInt(here ? 4 : 2) | classOfSide << 2);
    }
    List<BlockScales> scales = new ArrayList<>();
    for (int from = 0; from < cols; from += BLOCK) {
      int to = Math.min(cols, from + BLOCK);
      scales.add(blockScales(random, layout, rows, Arrays.copyOfRange(is, from, to)));
    }
    return new BinaryGroupsLinear(
        rows, cols, BLOCK, layout, ScaleFormat.F16, BitmapCoding.RAW, salient, codes, scales);
  }

  private static BlockScales blockScales(
      Random random, GroupLayout layout, int rows, boolean[] salient) {
    int marked = 0;
    for (boolean here : salient) {
      marked += here ? 1 : 0;
    }
    List<GroupScales> groups = new ArrayList<>();
    for (int g = 0; g < layout.groups(); g++) {
      ScaleVector a1 = vector(random, rows);
      Optional<ScaleVector> a2 =
          layout.isSalient(g) ? Optional.of(vector(random, rows)) : Optional.empty();
      int width = layout.isSalient(g) ? marked : salient.length - marked;
      groups.add(
          layout.form() == GroupLayout.Form.ROW
              ? new RowScales(Optional.of(vector(random, rows)), a1, a2)
              : new RowColumnScales(
                  a1, vector(random, width), a2, a2.map(v -> vector(random, width))));
    }
    return new BlockScales(groups);
  }

  private static ScaleVector vector(Random random, int length) {
    return ScaleVector.encode(ScaleFormat.F16, random.doubles(length).map(v -> 0.01 + v).toArray());
  }

  /** Laplacian levels, as weights of a trained layer in steps. */
  static QuantizedLinear entropyCoded(int rows, int cols) {
    Random random = new Random(rows);
    Codes.Builder codes = new Codes.Builder(rows, cols);
    int[] column = new int[rows];
    for (int c = 0; c < cols; c++) {
      for (int r = 0; r < rows; r++) {
        double size = -0.6 * Math.log(1 - random.nextDouble());
        column[r] = (int) Math.rint(random.nextBoolean() ? size : -size);
      }
      codes.column(c, 0, column, rows);
    }
    double[] steps = random.doubles(cols, 0.01, 0.02).toArray();
    return new EntropyCodedLinear(
        Trellis.SCALAR, rows, codes.build(), ColumnSteps.of(steps, ScaleFormat.F16));
  }

  static QuantizedLinear blockFloat(int rows, int cols) {
    Random random = new Random(rows);
    int block = 16;
    byte[] shared = new byte[rows * ((cols - 1) / block + 1)];
    for (int i = 0; i < shared.length; i++) {
      shared[i] = (byte) (120 + random.nextInt(8));
    }
    return new BlockFormatLinear(
        rows,
        cols,
        new NumberFormat.BlockFloat(4, 8, 127),
        1,
        block,
        codes(random, rows * cols, 4),
        shared,
        KeptWeights.NONE);
  }
}
