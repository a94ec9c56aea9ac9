package dev.pbq.eval.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TokenDistancesTest {
  @Property(tries = 60)
  void agreesWithTheDefinitionInFloat64(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 300) int vocabulary,
      @ForAll @DoubleRange(min = 0.01, max = 12) double spread) {
    Random random = new Random(seed);
    float[] reference = logits(random, vocabulary, spread);
    float[] model = reference.clone();
    for (int i = 0; i < vocabulary; i++) {
      model[i] += (float) (random.nextGaussian() * spread / 4);
    }
    int target = random.nextInt(vocabulary);
    TokenDistances distances = compare(reference, model, target);

    double[] p = logSoftmax(reference);
    double[] q = logSoftmax(model);
    double kl = 0;
    for (int i = 0; i < vocabulary; i++) {
      kl += Math.exp(p[i]) * (p[i] - q[i]);
    }
    assertThat(distances.divergences()[0]).isCloseTo(kl, within(1e-6 + 1e-6 * kl));
    assertThat(distances.divergences()[0]).isNotNegative();
    assertThat(distances.referenceNll()[0]).isCloseTo(-p[target], within(1e-6 * (1 - p[target])));
    assertThat(distances.nll()[0]).isCloseTo(-q[target], within(1e-6 * (1 - q[target])));
    assertThat(distances.probabilityChanges()[0])
        .isCloseTo(Math.exp(q[target]) - Math.exp(p[target]), within(1e-5));
    assertThat(distances.sameTopCount()).isEqualTo(argMax(p) == argMax(q) ? 1 : 0);
  }

  @Property(tries = 20)
  void ofAModelWithItselfIsExactlyZero(@ForAll long seed) {
    float[] logits = logits(new Random(seed), 1000, 5);
    TokenDistances distances = compare(logits, logits.clone(), 7);
    assertThat(distances.divergences()).containsExactly(0.0);
    assertThat(distances.probabilityChanges()).containsExactly(0.0);
    assertThat(distances.sameTopCount()).isOne();
  }

  @Test
  void smallDistancesDoNotDrownInRounding() {
    // d = 1e-4 on both of two equal tokens with opposite signs: KL = d^2 / 2 to leading order.
    float[] reference = {0, 0};
    float[] model = {1e-4f, -1e-4f};
    double exact = Math.log(Math.cosh(1e-4));
    assertThat(compare(reference, model, 0).divergences()[0]).isCloseTo(exact, within(1e-11));
  }

  @Test
  void certaintyOfTheWrongTokenIsFiniteAndLarge() {
    float[] reference = {0, 80, 0};
    float[] model = {80, 0, 0};
    assertThat(compare(reference, model, 1).divergences()[0]).isCloseTo(80, within(1e-4));
  }

  @Test
  void aModelThatGivesNoProbabilitiesIsAnError() {
    assertThatThrownBy(() -> compare(new float[] {1, 2}, new float[] {Float.NaN, 1}, 1))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("not finite");
  }

  private static TokenDistances compare(float[] referenceLogits, float[] logits, int target) {
    float[] reference = referenceLogits.clone();
    float[] model = logits.clone();
    LogSoftmax.inPlace(reference, 0, reference.length);
    LogSoftmax.inPlace(model, 0, model.length);
    TokenDistances distances = new TokenDistances(1);
    distances.compare(0, reference, 0, model, 0, model.length, target);
    return distances;
  }

  private static float[] logits(Random random, int vocabulary, double spread) {
    float[] values = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      values[i] = (float) (random.nextGaussian() * spread);
    }
    return values;
  }

  private static double[] logSoftmax(float[] logits) {
    double sum = 0;
    for (float v : logits) {
      sum += Math.exp((double) v);
    }
    double[] result = new double[logits.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = logits[i] - Math.log(sum);
    }
    return result;
  }

  private static int argMax(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }
}
