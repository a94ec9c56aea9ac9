package dev.pbq.arb.refine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.arb.choice.CodeChoice;
import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.Groups;
import dev.pbq.arb.fit.RowColumnFit;
import dev.pbq.arb.fit.RowFit;
import dev.pbq.arb.fit.SignPlanes;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RefinerTest {
  @Property(tries = 60)
  void theErrorOfNoRowRises(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 24) int cols,
      @ForAll boolean byColumn,
      @ForAll CodeChoice choice,
      @ForAll @IntRange(min = 0, max = 3) int rounds) {
    Random random = new Random(seed);
    DoubleMatrix w = random(random, rows, cols);
    DoubleMatrix u = upper(random, cols);
    FittedBlock block = block(random, w, 1 + random.nextInt(3), 1 + random.nextInt(3), byColumn);
    FittedBlock refined = new Refiner(choice, rounds, MeanSharing.EACH, false).refine(block, w, u);
    double[] before = errors(block, w, u);
    double[] after = errors(refined, w, u);
    double total = Arrays.stream(before).sum();
    if (byColumn && rounds > 1) {
      // Column scales trade one row's error for another's.
      assertThat(Arrays.stream(after).sum()).isLessThanOrEqualTo(total * (1 + 1e-9));
    } else {
      for (int r = 0; r < rows; r++) {
        assertThat(after[r]).isLessThanOrEqualTo(before[r] * (1 + 1e-9));
      }
    }
    if (choice != CodeChoice.GROUPS) {
      assertThat(refined.groups().of()).isEqualTo(block.groups().of());
    }
    if (choice == CodeChoice.NONE) {
      assertThat(refined.signs().first()).isEqualTo(block.signs().first());
      assertThat(refined.signs().second()).isEqualTo(block.signs().second());
    }
  }

  /** With codes fixed, no single parameter can lower the error any further. */
  @Test
  void oneRoundSolvesForAllScalesOfARow() {
    Random random = new Random(3);
    DoubleMatrix w = random(random, 6, 48);
    DoubleMatrix u = upper(random, 48);
    FittedBlock block = block(random, w, 2, 2, false);
    FittedBlock refined =
        new Refiner(CodeChoice.NONE, 1, MeanSharing.EACH, false).refine(block, w, u);
    double best = Arrays.stream(errors(refined, w, u)).sum();
    assertThat(best).isLessThan(Arrays.stream(errors(block, w, u)).sum());
    for (GroupFit fit : refined.fits()) {
      RowFit f = (RowFit) fit;
      for (double[] parameters : new double[][] {f.mu(), f.a1(), f.a2()}) {
        for (int r = 0; parameters != null && r < 6; r++) {
          for (double step : new double[] {1e-3, -1e-3}) {
            parameters[r] += step;
            assertThat(Arrays.stream(errors(refined, w, u)).sum()).isGreaterThan(best);
            parameters[r] -= step;
          }
        }
      }
    }
  }

  @Test
  void valuesThatCanBeStoredExactlyAreFound() {
    Random random = new Random(8);
    DoubleMatrix u = upper(random, 32);
    FittedBlock truth = block(random, random(random, 20, 32), 2, 2, false);
    DoubleMatrix w = truth.values();
    List<GroupFit> disturbed = new ArrayList<>();
    for (GroupFit fit : truth.fits()) {
      RowFit f = (RowFit) fit;
      disturbed.add(
          new RowFit(
              shifted(f.mu(), random),
              shifted(f.a1(), random),
              f.a2() == null ? null : shifted(f.a2(), random)));
    }
    FittedBlock start =
        new FittedBlock(
            truth.groups(),
            truth.salientColumns(),
            truth.salientClasses(),
            truth.signs(),
            disturbed);
    FittedBlock refined =
        new Refiner(CodeChoice.NONE, 1, MeanSharing.EACH, false).refine(start, w, u);
    assertThat(Arrays.stream(errors(refined, w, u)).max().orElseThrow())
        .isCloseTo(0, within(1e-12));
  }

  @Test
  void meansAreSharedAsAskedFor() {
    Random random = new Random(4);
    DoubleMatrix w = random(random, 9, 40);
    DoubleMatrix u = upper(random, 40);
    FittedBlock block = block(random, w, 2, 2, false);
    FittedBlock none =
        new Refiner(CodeChoice.SIGNS, 2, MeanSharing.NONE, false).refine(block, w, u);
    FittedBlock one =
        new Refiner(CodeChoice.SIGNS, 2, MeanSharing.BLOCK, false).refine(block, w, u);
    for (int g = 0; g < 4; g++) {
      assertThat(((RowFit) none.fits().get(g)).mu()).containsOnly(0);
      assertThat(((RowFit) one.fits().get(g)).mu()).isEqualTo(((RowFit) one.fits().get(0)).mu());
    }
  }

  @Test
  void columnScalesAreSharedAsAskedFor() {
    Random random = new Random(14);
    DoubleMatrix w = random(random, 30, 40);
    DoubleMatrix u = upper(random, 40);
    FittedBlock block = block(random, w, 2, 2, true);
    double last = Double.POSITIVE_INFINITY;
    for (int rounds = 1; rounds < 5; rounds++) {
      FittedBlock shared =
          new Refiner(CodeChoice.SIGNS, rounds, MeanSharing.EACH, true).refine(block, w, u);
      double[] q1 = ((RowColumnFit) shared.fits().get(0)).q1();
      double[] q2 = ((RowColumnFit) shared.fits().get(0)).q2();
      for (GroupFit fit : shared.fits()) {
        assertThat(((RowColumnFit) fit).q1()).isEqualTo(q1);
        assertThat(((RowColumnFit) fit).q2()).isIn(q2, null);
      }
      double error = Arrays.stream(errors(shared, w, u)).sum();
      assertThat(error).isLessThanOrEqualTo(last * (1 + 1e-12));
      last = error;
    }
  }

  @Test
  void doesNotDependOnTheNumberOfThreads() {
    Random random = new Random(9);
    DoubleMatrix w = random(random, 600, 32);
    DoubleMatrix u = upper(random, 32);
    for (boolean byColumn : new boolean[] {false, true}) {
      FittedBlock block = block(random, w, 2, 2, byColumn);
      Refiner refiner = new Refiner(CodeChoice.GROUPS, 3, MeanSharing.EACH, false);
      DoubleMatrix one = Parallel.withThreads(1, () -> refiner.refine(block, w, u).values());
      DoubleMatrix two = Parallel.withThreads(2, () -> refiner.refine(block, w, u).values());
      assertThat(one).isEqualTo(two);
    }
  }

  private static double[] shifted(double[] values, Random random) {
    return Arrays.stream(values).map(v -> v + random.nextGaussian()).toArray();
  }

  /** |(w - q) U^-1|^2 of each row, by forward substitution. */
  private static double[] errors(FittedBlock block, DoubleMatrix w, DoubleMatrix u) {
    DoubleMatrix q = block.values();
    int k = w.cols();
    return IntStream.range(0, w.rows())
        .mapToDouble(
            r -> {
              double[] e = new double[k];
              double sum = 0;
              for (int j = 0; j < k; j++) {
                e[j] = w.get(r, j) - q.get(r, j);
                for (int i = 0; i < j; i++) {
                  e[j] -= e[i] * u.get(i, j);
                }
                e[j] /= u.get(j, j);
                sum += e[j] * e[j];
              }
              return sum;
            })
        .toArray();
  }

  /** Random groups, each with a rough fit. */
  private static FittedBlock block(
      Random random, DoubleMatrix w, int salientClasses, int otherClasses, boolean byColumn) {
    int rows = w.rows();
    int cols = w.cols();
    boolean[] salient = new boolean[cols];
    for (int c = 0; c < cols; c++) {
      salient[c] = random.nextInt(5) == 0;
    }
    byte[] of = new byte[rows * cols];
    SignPlanes signs = new SignPlanes(rows, cols);
    for (int i = 0; i < of.length; i++) {
      boolean s = salient[i % cols];
      of[i] =
          (byte)
              (s ? random.nextInt(salientClasses) : salientClasses + random.nextInt(otherClasses));
      signs.first()[i] = (byte) (w.data()[i] >= 0 ? 1 : 0);
      signs.second()[i] = (byte) (s ? random.nextInt(2) : 0);
    }
    int[] orders = new int[salientClasses + otherClasses];
    List<GroupFit> fits = new ArrayList<>();
    for (int g = 0; g < orders.length; g++) {
      orders[g] = g < salientClasses ? 2 : 1;
      double[] second = orders[g] == 2 ? random.doubles(rows, 0.1, 0.4).toArray() : null;
      double[] first = random.doubles(rows, 0.2, 1).toArray();
      fits.add(
          byColumn
              ? new RowColumnFit(
                  first,
                  random.doubles(cols, 0.5, 1.5).toArray(),
                  second,
                  second == null ? null : random.doubles(cols, 0.5, 1.5).toArray())
              : new RowFit(random.doubles(rows, -0.1, 0.1).toArray(), first, second));
    }
    return new FittedBlock(
        new Groups(rows, cols, of, orders), salient, salientClasses, signs, fits);
  }

  private static DoubleMatrix random(Random random, int rows, int cols) {
    return new DoubleMatrix(
        rows,
        cols,
        IntStream.range(0, rows * cols).mapToDouble(i -> random.nextGaussian()).toArray());
  }

  private static DoubleMatrix upper(Random random, int size) {
    DoubleMatrix u = DoubleMatrix.zeros(size, size);
    for (int i = 0; i < size; i++) {
      for (int k = i; k < size; k++) {
        u.data()[i * size + k] = i == k ? 0.5 + random.nextDouble() : 0.3 * random.nextGaussian();
      }
    }
    return u;
  }
}
