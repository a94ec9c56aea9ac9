package dev.pbq.arb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.arb.partition.NaiveFitters;
import dev.pbq.arb.partition.NaiveSearch;
import dev.pbq.arb.partition.Partition;
import dev.pbq.arb.partition.PartitionSearch;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a block is divided, with the fits of its method, by a search that does everything anew. */
class BlockPlanTest {
  private static final int ROWS = 24;
  private static final int COLS = 32;

  /**
   * With more than one break point on a side, what earlier rounds settled counts as the method
   * represents it: ARB with its own iterations, ARB-RC without any, BiLLM by binarization.
   */
  @ParameterizedTest
  @CsvSource({
    "billm, 3, 15",
    "arb, 3, 15",
    "arb, 4, 2",
    "arb-x, 2, 15",
    "arb-x, 3, 15",
    "arb-x, 4, 1",
    "arb-x, 4, 15",
    "arb-rc, 3, 15"
  })
  void settledPartsCountAsTheMethodFitsThem(String method, int groups, int iterations) {
    for (int seed = 0; seed < 4; seed++) {
      Block block = new Block(seed);
      ArbSettings settings = settings(groups, iterations);
      Optional<DoubleMatrix> s = method.equals("arb-x") ? Optional.of(block.s) : Optional.empty();
      Partition found =
          new BlockPlan(ArbMethod.of(method).orElseThrow(), settings)
              .fit(block.w, block.u, block.s)
              .partition();
      new NaiveSearch(
              settings.partition(),
              fit(method, iterations),
              method.equals("arb-rc") ? NaiveFitters.rc(0, 0) : fit(method, iterations),
              block.t,
              block.t,
              s)
          .check(found);
    }
  }

  /** What the check above is worth: without the iterations the division would be another. */
  @Test
  void theIterationsDecide() {
    int different = 0;
    for (int seed = 0; seed < 8; seed++) {
      Block block = new Block(seed);
      ArbSettings settings = settings(4, 15);
      byte[] with =
          new BlockPlan(ArbMethod.ARB_X, settings)
              .fit(block.w, block.u, block.s)
              .partition()
              .groups()
              .of();
      byte[] without =
          new PartitionSearch(settings.partition(), NaiveFitters.arb(15), NaiveFitters.rb())
              .search(block.t, block.t, Optional.of(block.s))
              .groups()
              .of();
      different += Arrays.equals(with, without) ? 0 : 1;
    }
    assertThat(different).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"BILLM, eps, 1e-8", "ARB, epsX, 1e-10", "ARB_RC, epsX, 1e-10"})
  void whatWouldDoNothingIsRefused(ArbMethod method, String setting, double value) {
    ArbSettings settings = read("{\"" + setting + "\":" + value + "}");
    assertThatThrownBy(() -> new ArbQuantizer(method, settings))
        .isInstanceOf(PbqException.class)
        .hasMessageStartingWith(setting + ": " + method.id());
  }

  /** A block of weights, T = W^2 / u^2 as the program searches it, and S. */
  private static final class Block {
    private final DoubleMatrix w;
    private final DoubleMatrix u;
    private final DoubleMatrix t;
    private final DoubleMatrix s;

    Block(long seed) {
      Random random = new Random(seed);
      double[] weights = new double[ROWS * COLS];
      double[] factor = new double[COLS * COLS];
      double[] metric = new double[ROWS * COLS];
      for (int j = 0; j < COLS; j++) {
        factor[j * COLS + j] = 0.5 + random.nextDouble();
      }
      for (int i = 0; i < weights.length; i++) {
        weights[i] = random.nextGaussian() * (i % COLS < 3 ? 3 : 1);
        double pivot = factor[(i % COLS) * (COLS + 1)];
        metric[i] = weights[i] * weights[i] / (pivot * pivot);
      }
      double[] inputs = new double[2 * COLS * COLS];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = random.nextGaussian() + 0.3;
      }
      double[] second = new double[COLS * COLS];
      for (int row = 0; row < 2 * COLS; row++) {
        for (int a = 0; a < COLS; a++) {
          for (int b = 0; b < COLS; b++) {
            second[a * COLS + b] += inputs[row * COLS + a] * inputs[row * COLS + b];
          }
        }
      }
      w = new DoubleMatrix(ROWS, COLS, weights);
      u = new DoubleMatrix(COLS, COLS, factor);
      t = new DoubleMatrix(ROWS, COLS, metric);
      s = new DoubleMatrix(COLS, COLS, second);
    }
  }

  private static GroupFitter fit(String method, int iterations) {
    return switch (method) {
      case "billm" -> NaiveFitters.rb();
      case "arb", "arb-x" -> NaiveFitters.arb(iterations);
      default -> NaiveFitters.rc(iterations, 0);
    };
  }

  private static ArbSettings settings(int groups, int iterations) {
    return read("{\"groups\":" + groups + ",\"iterations\":" + iterations + ",\"upLim\":8}");
  }

  private static ArbSettings read(String json) {
    try {
      return new ObjectMapper().readValue(json, ArbSettings.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
