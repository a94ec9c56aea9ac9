package dev.pbq.train.tune;

import dev.pbq.core.packed.ColumnSteps;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.RowDequantizable;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.packed.ScaleVector;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Entropy-coded layers: w = a_r (s_c v_rc) with tuned row scales a and column steps s. A layer
 * without row scales gains them, 16 bits for each row, once one of them is not 1. Steps on a grid
 * of 8 bits are rounded to a grid made anew for them each time; a step of 0 stays 0.
 */
final class TunedEntropyCoded extends TunedLinear {
  /** Rows whose levels are held at a time. */
  private static final int BAND = 64;

  private final String name;
  private final EntropyCodedLinear start;
  private final RowDequantizable.RowValues levels;
  private final TunedVector step;
  private final TunedVector row;

  TunedEntropyCoded(String name, EntropyCodedLinear start) {
    super(name, start);
    this.name = name;
    this.start = start;
    this.levels = start.levels();
    this.step = TunedVector.scales(name + ".step", start.steps().values());
    this.row =
        TunedVector.scales(
            name + ".row_scale", start.rowScales().orElseGet(() -> ones(start.rows())));
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Override
  List<TunedVector> vectors() {
    return List.of(step, row);
  }

  @Override
  QuantizedLinear rebuild() {
    float[] rows = stored(row, ScaleDtype.F16);
    boolean needed = start.rowScales().isPresent() || !Arrays.equals(rows, ones(rows.length));
    return start.withScales(steps(), needed ? Optional.of(rows) : Optional.empty());
  }

  private ColumnSteps steps() {
    ScaleFormat format = start.steps().stored().format();
    double[] wanted = new double[step.length()];
    for (int c = 0; c < wanted.length; c++) {
      wanted[c] = step.value(c);
    }
    return new ColumnSteps(ScaleVector.store(format, wanted, name));
  }

  @Override
  void addDerivatives(float[] gradient) {
    int cols = start.cols();
    float[] band = new float[BAND * cols];
    double[] steps = values(step);
    double[] ofSteps = new double[cols];
    for (int first = 0; first < start.rows(); first += BAND) {
      int count = Math.min(BAND, start.rows() - first);
      levels.read(first, count, band, 0);
      for (int r = 0; r < count; r++) {
        double scale = row.value(first + r);
        double ofRow = 0;
        for (int c = 0; c < cols; c++) {
          double d = (double) gradient[(first + r) * cols + c] * band[r * cols + c];
          ofRow += d * steps[c];
          ofSteps[c] += d * scale;
        }
        row.add(first + r, ofRow);
      }
    }
    for (int c = 0; c < cols; c++) {
      step.add(c, ofSteps[c]);
    }
  }

  private static double[] values(TunedVector vector) {
    double[] values = new double[vector.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = vector.value(i);
    }
    return values;
  }
}
