package dev.pbq.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SampleLayers;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.kernels.lanes.BestLanes;
import dev.pbq.kernels.lanes.PlainLanes;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Products with layers of all families against float64, in all ways that must give the same. */
class FamilyProductsTest {
  private static final double TOLERANCE = 1e-5;

  private static final double LARGEST = 1e25;

  @Property(tries = 15)
  void everyFamilyOfAnyShape(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 24, max = 300) int cols,
      @ForAll long seed) {
    for (QuantizedLinear layer : SampleLayers.all(rows, cols, seed)) {
      check(layer, seed, 0);
    }
  }

  /** The few weights of these may all be small by chance, where scales are about 1. */
  @Property(tries = 25)
  void narrowMatrices(
      @ForAll @IntRange(min = 1, max = 20) int rows,
      @ForAll @IntRange(min = 1, max = 23) int cols,
      @ForAll long seed) {
    for (QuantizedLinear layer : SampleLayers.all(rows, cols, seed)) {
      check(layer, seed, layer instanceof BlockFormatLinear blocks ? largest(blocks) : 1);
    }
  }

  /**
   * The largest value that codes of this layer could have. Its shared exponents are random, so that
   * all of a few weights may be 0 beside an exponent of 2^60; no real block has that.
   */
  private static double largest(BlockFormatLinear layer) {
    double largest = 1;
    for (int code = 0; code < 1 << layer.format().width(); code++) {
      largest = Math.max(largest, Math.abs(layer.format().decode(code, 0)));
      for (byte shared : layer.shared()) {
        largest = Math.max(largest, Math.abs(layer.format().decode(code, shared & 0xff)));
      }
    }
    return largest;
  }

  @Test
  void moreColumnsThanARunHolds() {
    for (QuantizedLinear layer : SampleLayers.all(33, 1411, 5)) {
      check(layer, 6, 0);
    }
  }

  private static void check(QuantizedLinear layer, long seed, double scale) {
    int rows = layer.rows();
    int cols = layer.cols();
    FloatMatrix w = layer.dequantize();
    if (!(scale < LARGEST)) {
      return;
    }
    for (float v : w.data()) {
      if (!(Math.abs(v) < LARGEST)) {
        return; // random exponents: nobody's sums stay finite
      }
    }
    PackedProduct product = PackedProducts.of(layer, BestLanes.get());
    PackedProduct plain = PackedProducts.of(layer, new PlainLanes());
    int count = 6;
    float[] x = Reference.inputs(count * cols, seed);
    float[] y = new float[count * rows];
    product.multiply(x, count, y);
    assertThat(Reference.error(w, scale, x, count, y)).as(layer.toString()).isLessThan(TOLERANCE);

    float[] same = new float[count * rows];
    plain.multiply(x, count, same);
    assertThat(same).as("plain, " + layer).isEqualTo(y);
    Arrays.fill(same, 0);
    Parallel.withThreads(
        1,
        () -> {
          product.multiply(x, count, same);
          return null;
        });
    assertThat(same).as("one thread, " + layer).isEqualTo(y);
    for (int i = 0; i < count; i++) {
      product.multiply(x, i * cols, 1, same, i * rows);
    }
    assertThat(same).as("one vector at a time, " + layer).isEqualTo(y);
    for (int i = 0; i < count; i++) {
      plain.multiply(x, i * cols, 1, same, i * rows);
    }
    assertThat(same).as("plain, one at a time, " + layer).isEqualTo(y);
    checkRows(layer, w, scale, product);
  }

  private static void checkRows(
      QuantizedLinear layer, FloatMatrix w, double scale, PackedProduct product) {
    float[] row = new float[layer.cols() + 1];
    double largest = Math.max(1e-30, scale);
    for (float v : w.data()) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int r = 0; r < layer.rows(); r += 7) {
      product.row(r, row, 1);
      for (int c = 0; c < layer.cols(); c++) {
        assertThat((double) row[1 + c])
            .as(layer + " at " + r + ", " + c)
            .isCloseTo(w.get(r, c), org.assertj.core.data.Offset.offset(2e-6 * largest));
      }
    }
  }
}
