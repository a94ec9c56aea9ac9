package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ColumnSweepTest {
  private static final int[] NONE = {};

  /** Rounds to multiples of 1/64. */
  private static final ColumnQuantizer ROUND =
      (column, firstRow, count, w, q, codes) -> {
        for (int r = 0; r < count; r++) {
          int code = (int) Math.max(-100, Math.min(100, Math.rint(w[r] * 64)));
          codes[r] = (byte) code;
          q[r] = code / 64f;
        }
      };

  @Property(tries = 25)
  void lossIsHalfTheTraceOfTheDampedHessian(
      @ForAll @IntRange(min = 1, max = 150) int rows,
      @ForAll @IntRange(min = 1, max = 90) int cols,
      @ForAll @IntRange(min = 1, max = 100) int blocksize,
      @ForAll boolean byDiagonal,
      @ForAll long seed) {
    FloatMatrix x = Synthetic.inputs(2 * cols + 1, cols, seed);
    for (int t = 0; t < x.rows(); t++) {
      x.data()[t * cols + cols / 2] = 0;
    }
    FloatMatrix w = Synthetic.weight(rows, cols, seed + 1);
    try (Hessian h = Synthetic.hessian(x)) {
      InverseFactor factor =
          h.inverseFactor(
              Damping.of(0.01),
              byDiagonal ? ColumnOrder.DESCENDING_DIAGONAL : ColumnOrder.NATURAL,
              "layer");
      SweepResult result =
          ColumnSweep.run(
              w,
              h.deadColumns(),
              Optional.of(factor),
              SweepPlan.blocks(cols, blocksize).keepingValues(),
              ROUND);
      FloatMatrix d = FloatMatrix.zeros(rows, cols);
      for (int i = 0; i < rows * cols; i++) {
        float q = result.values().orElseThrow().data()[i];
        assertThat(q).isEqualTo(result.codes()[i] / 64f);
        d.data()[i] = (i % cols == cols / 2 ? 0 : w.data()[i]) - q;
      }
      double trace = Matrices.trace(Matrices.damped(Matrices.gram(x, 2), factor.damping()), d);
      assertThat(result.loss()).isCloseTo(trace / 2, within(1e-3 * trace));
    }
  }

  /** The textbook's loop, in float64. */
  private static double[][] textbook(
      FloatMatrix w, double[][] u, int blocksize, boolean withinBlocks) {
    int rows = w.rows();
    int cols = w.cols();
    double[][] q = new double[rows][cols];
    for (int r = 0; r < rows; r++) {
      double[] current = new double[cols];
      for (int c = 0; c < cols; c++) {
        current[c] = w.get(r, c);
      }
      for (int c = 0; c < cols; c++) {
        q[r][c] = Math.rint(current[c] * 64) / 64;
        double error = (current[c] - q[r][c]) / u[c][c];
        int first = withinBlocks ? c + 1 : (c / blocksize + 1) * blocksize;
        for (int k = first; k < cols; k++) {
          current[k] -= error * u[c][k];
        }
      }
    }
    return q;
  }

  @Property(tries = 12)
  void followsTheTextbook(
      @ForAll @IntRange(min = 1, max = 140) int rows,
      @ForAll @IntRange(min = 1, max = 60) int cols,
      @ForAll @IntRange(min = 1, max = 70) int blocksize,
      @ForAll boolean withinBlocks,
      @ForAll long seed) {
    FloatMatrix w = Synthetic.weight(rows, cols, seed + 1);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(2 * cols + 1, cols, seed))) {
      InverseFactor factor = h.inverseFactor(Damping.of(0.01), "layer");
      SweepPlan plan = SweepPlan.blocks(cols, blocksize);
      SweepResult result =
          ColumnSweep.run(
              w, NONE, Optional.of(factor), withinBlocks ? plan : plan.betweenBlocksOnly(), ROUND);
      double[][] expected = textbook(w, Matrices.factor(factor), blocksize, withinBlocks);
      int off = 0;
      for (int i = 0; i < rows * cols; i++) {
        off += result.codes()[i] == Math.rint(expected[i / cols][i % cols] * 64) ? 0 : 1;
      }
      // A weight within float rounding of the middle between two codes may go either way, and
      // takes the rest of its row along.
      assertThat(off).isLessThanOrEqualTo(cols + rows * cols / 200);
    }
  }

  @Test
  void withoutAFactorNothingIsCompensated() {
    FloatMatrix w = Synthetic.weight(5, 9, 1);
    SweepResult result =
        ColumnSweep.run(w, new int[] {2}, Optional.empty(), SweepPlan.blocks(9, 4), ROUND);
    assertThat(result.loss()).isZero();
    assertThat(result.values()).isEmpty();
    for (int i = 0; i < 45; i++) {
      double expected = i % 9 == 2 ? 0 : Math.rint(w.data()[i] * 64);
      assertThat((double) result.codes()[i]).isEqualTo(expected);
    }
  }

  @Test
  void blocksBeginWithWeightsThatAreUpToDate() {
    int cols = 40;
    FloatMatrix w = Synthetic.weight(30, cols, 3);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(90, cols, 4))) {
      Optional<InverseFactor> factor = Optional.of(h.inverseFactor(Damping.of(0.01), "layer"));
      // The same weights arrive one column at a time with blocks of one column.
      float[][] arrived = new float[cols][30];
      ColumnSweep.run(
          w,
          NONE,
          factor,
          SweepPlan.blocks(cols, 1),
          (column, firstRow, count, current, q, codes) -> {
            System.arraycopy(current, 0, arrived[column], firstRow, count);
            ROUND.quantize(column, firstRow, count, current, q, codes);
          });
      int[] seen = {0};
      ColumnSweep.run(
          w,
          NONE,
          factor,
          SweepPlan.cutAt(cols, 16, 6),
          new ColumnQuantizer() {
            @Override
            public void beginBlock(int from, int to, CurrentWeights weights) {
              float[] column = new float[30];
              weights.read(from, 0, 30, column, 0);
              for (int r = 0; r < 30; r++) {
                assertThat(column[r]).isCloseTo(arrived[from][r], within(1e-5f));
              }
              seen[0]++;
            }

            @Override
            public void quantize(
                int column, int firstRow, int count, float[] current, float[] q, byte[] codes) {
              ROUND.quantize(column, firstRow, count, current, q, codes);
            }
          });
      // Multiples of 6 and of 16 below 40.
      assertThat(seen[0]).isEqualTo(9);
    }
  }

  @Test
  void isTheSameForAnyNumberOfThreads() {
    FloatMatrix w = Synthetic.weight(1500, 300, 7);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(500, 300, 8))) {
      Optional<InverseFactor> factor = Optional.of(h.inverseFactor(Damping.of(0.01), "layer"));
      SweepPlan plan = SweepPlan.blocks(300, 128);
      SweepResult one =
          Parallel.withThreads(1, () -> ColumnSweep.run(w, NONE, factor, plan, ROUND));
      SweepResult three =
          Parallel.withThreads(3, () -> ColumnSweep.run(w, NONE, factor, plan, ROUND));
      assertThat(three.codes()).isEqualTo(one.codes());
      assertThat(three.loss()).isEqualTo(one.loss());
    }
  }

  @Test
  void plansStartAtZeroAndAscend() {
    assertThat(SweepPlan.blocks(10, 4).blockStarts()).containsExactly(0, 4, 8);
    assertThat(SweepPlan.blocks(3, 128).blockStarts()).containsExactly(0);
    assertThat(SweepPlan.cutAt(10, 4, 3).blockStarts()).containsExactly(0, 3, 4, 6, 8, 9);
    assertThatThrownBy(() -> new SweepPlan(new int[] {1}, true, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SweepPlan(new int[] {0, 3, 3}, true, false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
