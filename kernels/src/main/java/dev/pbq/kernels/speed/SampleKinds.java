package dev.pbq.kernels.speed;

import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.GroupLayout;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.DType;
import dev.pbq.kernels.DenseProduct;
import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.PackedProducts;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** Weights of every kind with random contents, at the settings that the methods use. */
public final class SampleKinds {
  private SampleKinds() {}

  /** All kinds, those with the fewest bits first. */
  public static List<SampleKind> all() {
    return List.of(
        packed("onebit", 4, SampleKinds::oneBit),
        packed("uniform, 1 bit, groups of 128", 4, (r, c) -> SampleLayers.uniform(r, c, 1, 128)),
        packed("pb-llm, 10% of 8 bits", 4, SampleLayers::salientSplit),
        packed(
            "arb-rc",
            4,
            (r, c) -> SampleLayers.binaryGroups(r, c, GroupLayout.rowColumns(1, 2, false))),
        packed(
            "billm, arb",
            4,
            (r, c) ->
                SampleLayers.binaryGroups(
                    r, c, GroupLayout.rows(1, 2, GroupLayout.MeanSharing.EACH))),
        packed("uniform, 2 bits, groups of 128", 3, (r, c) -> SampleLayers.uniform(r, c, 2, 128)),
        packed("hqq, 2 bits, groups of 64", 3, (r, c) -> hqq(r, c, 3)),
        packed("ecq, 2 bits", 3, SampleLayers::entropyCoded),
        packed("uniform, 3 bits, groups of 128", 2, (r, c) -> SampleLayers.uniform(r, c, 3, 128)),
        packed("uniform, 4 bits, groups of 128", 2, (r, c) -> SampleLayers.uniform(r, c, 4, 128)),
        packed("hqq, 4 bits, groups of 64", 2, (r, c) -> hqq(r, c, 15)),
        packed("bfp, 4 bits, blocks of 16", 2, SampleLayers::blockFloat),
        packed("uniform, 8 bits, groups of 128", 1, (r, c) -> SampleLayers.uniform(r, c, 8, 128)),
        new SampleKind("bf16", 1, (r, c) -> dense(r, c, DType.BF16)),
        new SampleKind("f16", 1, (r, c) -> dense(r, c, DType.F16)),
        new SampleKind("f32", 0, (r, c) -> dense(r, c, DType.F32)));
  }

  private static SampleKind packed(
      String name, int aim, BiFunction<Integer, Integer, QuantizedLinear> layer) {
    return new SampleKind(name, aim, (r, c) -> PackedProducts.of(layer.apply(r, c)));
  }

  private static QuantizedLinear oneBit(int rows, int cols) {
    Random random = new Random(rows);
    byte[] negative = SampleLayers.codes(random, rows * cols, 1);
    float[] g = SampleLayers.scales(random, cols);
    return new OneBitLinear(
        rows, cols, ScaleDtype.F16, negative, g, SampleLayers.scales(random, rows));
  }

  private static QuantizedLinear hqq(int rows, int cols, int maxCode) {
    Random random = new Random(rows);
    FlatGroups groups = new FlatGroups(1, 64);
    int count = groups.count(rows * cols);
    int bits = Integer.bitCount(maxCode);
    return new HqqLinear(
        rows,
        cols,
        groups,
        maxCode,
        ScaleDtype.F16,
        ComputeDtype.F32,
        SampleLayers.codes(random, rows * cols, bits),
        new HqqParameters.Plain(SampleLayers.scales(random, count)),
        new HqqParameters.Plain(SampleLayers.scales(random, count)));
  }

  private static PackedProduct dense(int rows, int cols, DType dtype) {
    return DenseProduct.of(
        rows,
        cols,
        dtype,
        (first, count, to) -> {
          Random random = new Random(first);
          for (int i = 0; i < to.length; i++) {
            to[i] = random.nextFloat() - 0.5f;
          }
        });
  }
}
