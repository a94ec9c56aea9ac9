package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The operands of a BERT block's products: seen once each, and what is multiplied. */
class BertOperandsTest extends BertFixture {
  /** What one call saw. */
  private record Seen(int matrices, int rows, int cols, float[] x) {
    List<Integer> shape() {
      return List.of(matrices, rows, cols);
    }

    double at(int m, int r, int c) {
      return x[(m * rows + r) * cols + c];
    }
  }

  private Map<String, Seen> seen(int... lengths) {
    Map<String, Seen> seen = new HashMap<>();
    run(
        (product, operand) ->
            (x, matrices, rows, cols) -> {
              float[] copy = new float[matrices * rows * cols];
              x.get(0, copy);
              assertThat(product.block()).isEqualTo(1);
              assertThat(
                      seen.put(
                          product.path() + " " + operand, new Seen(matrices, rows, cols, copy)))
                  .isNull();
            },
        lengths);
    return seen;
  }

  @Test
  void everyOperandIsSeenOnceInItsShape() {
    Map<String, Seen> seen = seen(11, 11);
    Map<String, List<Integer>> linears =
        Map.of(
            "attention.self.query", List.of(48, 48),
            "attention.self.key", List.of(48, 48),
            "attention.self.value", List.of(48, 48),
            "attention.output.dense", List.of(48, 48),
            "intermediate.dense", List.of(96, 48),
            "output.dense", List.of(48, 96));
    linears.forEach(
        (path, shape) -> {
          assertThat(seen.get(path + " LEFT").shape()).containsExactly(2, 11, shape.get(1));
          assertThat(seen.get(path + " RIGHT").shape())
              .containsExactly(1, shape.get(0), shape.get(1));
          assertThat(seen.get(path + " BIAS").shape()).containsExactly(1, 1, shape.get(0));
        });
    assertThat(seen.get("attention.scores LEFT").shape()).containsExactly(8, 11, 12);
    assertThat(seen.get("attention.scores RIGHT").shape()).containsExactly(8, 12, 11);
    assertThat(seen.get("attention.context LEFT").shape()).containsExactly(8, 11, 11);
    assertThat(seen.get("attention.context RIGHT").shape()).containsExactly(8, 11, 12);
    assertThat(seen).hasSize(6 * 3 + 4);
  }

  /** From the operands alone the next operands follow; scores are scaled after the product. */
  @Test
  void operandsAreThoseOfTheProducts() {
    int[] lengths = {11, 7};
    Map<String, Seen> seen = seen(lengths);
    Seen q = seen.get("attention.scores LEFT");
    Seen k = seen.get("attention.scores RIGHT");
    Seen weights = seen.get("attention.context LEFT");
    Seen v = seen.get("attention.context RIGHT");
    Seen output = seen.get("attention.output.dense LEFT");
    for (int m = 0; m < 8; m++) {
      int length = lengths[m / 4];
      for (int t = 0; t < length; t++) {
        double[] share = new double[11];
        double total = 0;
        for (int s = 0; s < length; s++) {
          double score = 0;
          for (int i = 0; i < 12; i++) {
            score += q.at(m, t, i) * k.at(m, i, s);
          }
          share[s] = Math.exp(score / Math.sqrt(12));
          total += share[s];
        }
        for (int s = 0; s < 11; s++) {
          assertThat(weights.at(m, t, s)).isCloseTo(share[s] / total, within(1e-5));
        }
        for (int i = 0; i < 12; i++) {
          double sum = 0;
          for (int s = 0; s < 11; s++) {
            sum += weights.at(m, t, s) * v.at(m, s, i);
          }
          assertThat(output.at(m / 4, t, m % 4 * 12 + i)).isCloseTo(sum, within(1e-5));
        }
      }
    }
  }

  @Test
  void changedOperandsAreWhatIsMultiplied() {
    float[] expected = run(ProductOperands.UNCHANGED, 11, 7);
    float[] watched = run((product, operand) -> (x, m, r, c) -> {}, 11, 7);
    float[] cancelled =
        run(
            (product, operand) ->
                operand == Operand.BIAS
                    ? OperandTransform.NONE
                    : times(operand == Operand.LEFT ? 4 : 0.25f),
            11,
            7);
    assertThat(cancelled).as("powers of two cancel exactly").isEqualTo(watched);
    for (int i = 0; i < expected.length; i++) {
      assertThat(watched[i]).isCloseTo(expected[i], within(2e-5f));
    }
    for (Product.Kind kind :
        List.of(Product.Kind.LINEAR, Product.Kind.SCORES, Product.Kind.CONTEXT)) {
      for (Operand side : List.of(Operand.LEFT, Operand.RIGHT)) {
        float[] changed =
            run(
                (product, operand) ->
                    product.kind() == kind && operand == side ? times(2) : OperandTransform.NONE,
                11,
                7);
        assertThat(changed).as("%s %s", kind, side).isNotEqualTo(expected);
      }
    }
  }

  private static OperandTransform times(float factor) {
    return (x, matrices, rows, cols) -> {
      for (int i = 0; i < matrices * rows * cols; i++) {
        x.put(i, x.get(i) * factor);
      }
    };
  }
}
