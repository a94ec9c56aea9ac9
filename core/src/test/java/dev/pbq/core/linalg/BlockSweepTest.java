package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BlockSweepTest {
  private final Random random = new Random(11);

  /** Rounding to integers, block by block. */
  private static DoubleMatrix round(DoubleMatrix w) {
    return new DoubleMatrix(w.rows(), w.cols(), Arrays.stream(w.data()).map(Math::rint).toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, 7, 20, 6",
    "DIAG, 7, 20, 6",
    "EXACT, 7, 20, 6",
    "DIAG, 1100, 33, 16",
    "EXACT, 1100, 33, 16",
    "DIAG, 3, 5, 8",
    "EXACT, 5, 12, 1"
  })
  void equalsTheLoopByDefinition(BlockCompensation compensation, int rows, int cols, int block) {
    double[] w = random.doubles((long) rows * cols, -3, 3).toArray();
    Factor u = factor(cols);
    double[][] current = new double[rows][cols];
    double[][] expected = new double[rows][cols];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(w, r * cols, current[r], 0, cols);
    }
    double expectedLoss = 0;
    for (int from = 0; from < cols; from += block) {
      int to = Math.min(cols, from + block);
      for (int r = 0; r < rows; r++) {
        double[] e = new double[to - from];
        for (int j = from; j < to; j++) {
          expected[r][j] = Math.rint(current[r][j]);
          double sum = current[r][j] - expected[r][j];
          expectedLoss += sum * sum / (u.values[j][j] * u.values[j][j]) / 2;
          for (int i = from; i < j && compensation == BlockCompensation.EXACT; i++) {
            sum -= e[i - from] * u.values[i][j];
          }
          e[j - from] = sum / u.values[j][j];
        }
        for (int c = to; c < cols && compensation != BlockCompensation.NONE; c++) {
          for (int j = from; j < to; j++) {
            current[r][c] -= e[j - from] * u.values[j][c];
          }
        }
      }
    }

    double[][] found = new double[rows][cols];
    double loss =
        BlockSweep.run(
            rows,
            (from, to) -> columns(w, rows, cols, from, to),
            u,
            block,
            compensation,
            (from, to, weights, factor) -> {
              assertThat(factor).isEqualTo(u.block(from, to, from, to));
              DoubleMatrix q = round(weights);
              for (int r = 0; r < rows; r++) {
                System.arraycopy(q.data(), r * (to - from), found[r], from, to - from);
              }
              return q;
            });
    assertThat(found).isDeepEqualTo(expected);
    assertThat(loss).isCloseTo(expectedLoss, within(1e-9 * expectedLoss));
  }

  /** The optimum over the later columns: the exact form reaches it, the published one does not. */
  @Test
  void exactCompensationMinimisesTheOutputError() {
    int cols = 6;
    Factor u = factor(cols);
    double[] w = random.doubles(cols, -3, 3).toArray();
    double[] after = new double[3];
    BlockSweep.run(
        1,
        (from, to) -> columns(w, 1, cols, from, to),
        u,
        3,
        BlockCompensation.EXACT,
        (from, to, weights, factor) -> {
          if (from == 3) {
            System.arraycopy(weights.data(), 0, after, 0, 3);
          }
          return round(weights);
        });
    // H = U^-1 U^-T; the gradient of d H d^T in the free columns must vanish.
    double[] d = new double[cols];
    for (int c = 0; c < 3; c++) {
      d[c] = w[c] - Math.rint(w[c]);
      d[c + 3] = w[c + 3] - after[c];
    }
    double[][] h = u.hessian();
    for (int c = 3; c < cols; c++) {
      double gradient = 0;
      for (int k = 0; k < cols; k++) {
        gradient += h[c][k] * d[k];
      }
      assertThat(gradient).isCloseTo(0, within(1e-9));
    }
  }

  @ParameterizedTest
  @EnumSource(BlockCompensation.class)
  void doesNotDependOnTheNumberOfThreads(BlockCompensation compensation) {
    int rows = 1500;
    int cols = 40;
    double[] w = random.doubles((long) rows * cols, -3, 3).toArray();
    Factor u = factor(cols);
    double[] losses = new double[2];
    for (int threads = 1; threads <= 2; threads++) {
      losses[threads - 1] =
          Parallel.withThreads(
              threads,
              () ->
                  BlockSweep.run(
                      rows,
                      (from, to) -> columns(w, rows, cols, from, to),
                      u,
                      16,
                      compensation,
                      (from, to, weights, factor) -> round(weights)));
    }
    assertThat(losses[0]).isEqualTo(losses[1]);
  }

  private static DoubleMatrix columns(double[] w, int rows, int cols, int from, int to) {
    DoubleMatrix part = DoubleMatrix.zeros(rows, to - from);
    for (int r = 0; r < rows; r++) {
      System.arraycopy(w, r * cols + from, part.data(), r * (to - from), to - from);
    }
    return part;
  }

  private Factor factor(int size) {
    double[][] u = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int k = i; k < size; k++) {
        u[i][k] = i == k ? 1 + random.nextDouble() : random.nextDouble() - 0.5;
      }
    }
    return new Factor(u);
  }

  private record Factor(double[][] values) implements UpperFactor {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public DoubleMatrix block(int rowFrom, int rowTo, int colFrom, int colTo) {
      DoubleMatrix part = DoubleMatrix.zeros(rowTo - rowFrom, colTo - colFrom);
      for (int r = rowFrom; r < rowTo; r++) {
        System.arraycopy(values[r], colFrom, part.data(), (r - rowFrom) * part.cols(), part.cols());
      }
      return part;
    }

    /** (U^T U)^-1. */
    double[][] hessian() {
      int n = size();
      double[][] inverse = new double[n][n];
      for (int k = 0; k < n; k++) {
        inverse[k][k] = 1 / values[k][k];
        for (int i = k - 1; i >= 0; i--) {
          double sum = 0;
          for (int j = i + 1; j <= k; j++) {
            sum += values[i][j] * inverse[j][k];
          }
          inverse[i][k] = -sum / values[i][i];
        }
      }
      double[][] h = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          for (int k = 0; k < n; k++) {
            h[i][j] += inverse[i][k] * inverse[j][k];
          }
        }
      }
      return h;
    }
  }
}
