package dev.pbq.train.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.BiRealLinear;
import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.BitmapCoding;
import dev.pbq.core.packed.BlockScales;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.GroupLayout;
import dev.pbq.core.packed.GroupScales;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.RowColumnScales;
import dev.pbq.core.packed.RowScales;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.packed.ScaleVector;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Derivatives of every family's numbers against central differences. */
class TunedLinearsTest {
  private static final int ROWS = 3;
  private static final int COLS = 8;
  private static final int BLOCK = 4;

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.2f + random.nextFloat();
    }
    return values;
  }

  private static byte[] codes(Random random, int below) {
    byte[] codes = new byte[ROWS * COLS];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(below);
    }
    return codes;
  }

  private static AffineGrid grid(Random random, int bits, int count) {
    int[] zero = new int[count];
    for (int i = 0; i < count; i++) {
      zero[i] = random.nextInt(1 << bits);
    }
    return new AffineGrid(bits, floats(random, count), zero);
  }

  private static QuantizedLinear split(Random random, LowPart low) {
    long salient = 0b100001000000010001000010L;
    byte[] codes = codes(random, 2);
    return new SalientSplitLinear(
        ROWS, COLS, BLOCK, ScaleDtype.F32, new long[] {salient}, codes, grid(random, 3, ROWS), low);
  }

  private static ScaleVector vector(Random random, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.2f + random.nextFloat();
    }
    return ScaleVector.encode(ScaleFormat.F32, values);
  }

  /** Columns 1 and 6 are salient: one in each block. */
  private static QuantizedLinear groups(Random random, GroupLayout layout, boolean byRows) {
    byte[] codes = new byte[ROWS * COLS];
    for (int i = 0; i < codes.length; i++) {
      boolean salient = i % COLS == 1 || i % COLS == 6;
      codes[i] = (byte) (salient ? random.nextInt(4) : random.nextInt(2) + 4 * random.nextInt(2));
    }
    List<BlockScales> blocks = new ArrayList<>();
    for (int b = 0; b < COLS / BLOCK; b++) {
      List<GroupScales> groups = new ArrayList<>();
      for (int g = 0; g < layout.groups(); g++) {
        boolean two = layout.isSalient(g);
        groups.add(
            byRows
                ? new RowScales(
                    Optional.of(vector(random, ROWS)),
                    vector(random, ROWS),
                    two ? Optional.of(vector(random, ROWS)) : Optional.empty())
                : new RowColumnScales(
                    vector(random, ROWS),
                    vector(random, two ? 1 : BLOCK - 1),
                    two ? Optional.of(vector(random, ROWS)) : Optional.empty(),
                    two ? Optional.of(vector(random, 1)) : Optional.empty()));
      }
      blocks.add(new BlockScales(groups));
    }
    return new BinaryGroupsLinear(
        ROWS,
        COLS,
        BLOCK,
        layout,
        ScaleFormat.F32,
        BitmapCoding.RAW,
        new long[] {0b01000010L},
        codes,
        blocks);
  }

  private static Map<String, QuantizedLinear> layers() {
    Random random = new Random(11);
    int grids = ROWS * COLS / BLOCK;
    Map<String, QuantizedLinear> layers = new LinkedHashMap<>();
    layers.put(
        "uniform",
        new UniformLinear(
            ROWS,
            COLS,
            BLOCK,
            ScaleDtype.F32,
            codes(random, 4),
            grid(random, 2, grids),
            Optional.empty()));
    layers.put(
        "binary", split(random, new LowPart.Binary(floats(random, grids), floats(random, grids))));
    layers.put("one-sided", split(random, new LowPart.OneSided(floats(random, grids))));
    layers.put("low codes", split(random, new LowPart.Uniform(grid(random, 2, grids))));
    layers.put(
        "onebit",
        new OneBitLinear(
            ROWS,
            COLS,
            ScaleDtype.F32,
            codes(random, 2),
            floats(random, COLS),
            floats(random, ROWS)));
    layers.put(
        "bi-real",
        new BiRealLinear(ROWS, COLS, ScaleDtype.F32, codes(random, 2), floats(random, ROWS)));
    HqqLinear hqq =
        new HqqLinear(
            ROWS,
            COLS,
            new FlatGroups(1, BLOCK),
            3,
            ScaleDtype.F32,
            ComputeDtype.F32,
            codes(random, 4),
            new HqqParameters.Plain(floats(random, grids)),
            new HqqParameters.Plain(floats(random, grids)));
    layers.put("hqq", hqq);
    layers.put(
        "low-rank",
        new LowRankLinear(
            hqq,
            ScaleDtype.F32,
            2,
            floats(random, 2 * COLS),
            floats(random, 2 * ROWS),
            Optional.of(floats(random, ROWS))));
    layers.put("rows", groups(random, GroupLayout.rows(1, 2, GroupLayout.MeanSharing.EACH), true));
    layers.put("rows and columns", groups(random, GroupLayout.rowColumns(1, 2, false), false));
    return layers;
  }

  static Stream<String> names() {
    return layers().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void derivativesAreThoseOfCentralDifferences(String name) {
    QuantizedLinear start = layers().get(name);
    TrainableLinear tuned = TunedLinears.of(name, start).orElseThrow();
    assertThat(tuned.pack()).isSameAs(start);
    Random random = new Random(5);
    double[] direction = random.doubles(ROWS * COLS, -1, 1).toArray();
    float[] gradient = new float[direction.length];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) direction[i];
    }
    for (Parameter p : tuned.parameters()) {
      for (int i = 0; i < p.values().length; i++) {
        p.values()[i] = 0.1f * random.nextFloat();
      }
    }
    tuned.propagate(gradient.clone());
    int checked = 0;
    for (Parameter p : tuned.parameters()) {
      for (int i = 0; i < p.values().length; i++) {
        float kept = p.values()[i];
        float h = 1e-2f;
        p.values()[i] = kept + h;
        double above = dot(tuned, direction);
        p.values()[i] = kept - h;
        double below = dot(tuned, direction);
        p.values()[i] = kept;
        double expected = (above - below) / (2.0 * h);
        assertThat((double) p.gradient()[i])
            .as("%s[%d]", p.name(), i)
            .isCloseTo(expected, within(1e-3 * Math.abs(expected) + 2e-4));
        checked += expected != 0 ? 1 : 0;
      }
    }
    assertThat(checked).isGreaterThanOrEqualTo(ROWS);
  }

  private static double dot(TrainableLinear layer, double[] direction) {
    float[] weight = new float[direction.length];
    layer.use(weight);
    double sum = 0;
    for (int i = 0; i < weight.length; i++) {
      sum += weight[i] * direction[i];
    }
    return sum;
  }
}
