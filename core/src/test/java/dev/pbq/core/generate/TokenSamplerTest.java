package dev.pbq.core.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSamplerTest {
  private static final float[] LOGITS = {1, 3, 2, 3, -50};

  @Test
  void zeroTemperatureTakesTheFirstOfTheMostLikely() {
    assertThat(new TokenSampler(0, 1, 5).choose(LOGITS)).isEqualTo(1);
  }

  @Test
  void drawsFollowTheProbabilities() {
    double temperature = 1.5;
    int draws = 200_000;
    TokenSampler sampler = new TokenSampler(temperature, 1, 3);
    int[] counts = new int[LOGITS.length];
    IntStream.range(0, draws).forEach(i -> counts[sampler.choose(LOGITS)]++);
    double sum = 0;
    for (float logit : LOGITS) {
      sum += Math.exp(logit / temperature);
    }
    for (int i = 0; i < LOGITS.length; i++) {
      double p = Math.exp(LOGITS[i] / temperature) / sum;
      assertThat(counts[i] / (double) draws).isCloseTo(p, within(5 * Math.sqrt(p / draws) + 1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource({"0.4, 1", "0.43, 2", "0.84, 2", "0.85, 3", "0.999, 4", "1, 5"})
  void topPKeepsTheSmallestSufficientSet(double topP, int kept) {
    // Probabilities at temperature 1: tokens 1 and 3 have 0.4217 each, 2 has 0.1551, 0 has 0.0010.
    float[] logits = {-3, 3, 2, 3, -4};
    TokenSampler sampler = new TokenSampler(1, topP, 11);
    long different =
        IntStream.range(0, 300_000).map(i -> sampler.choose(logits)).distinct().count();
    assertThat(different).isEqualTo(kept);
  }

  @Test
  void aSeedGivesTheSameDraws() {
    Random random = new Random(1);
    float[] logits = new float[1000];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    int[] first = draws(new TokenSampler(0.7, 0.9, 42), logits);
    assertThat(draws(new TokenSampler(0.7, 0.9, 42), logits)).isEqualTo(first);
    assertThat(draws(new TokenSampler(0.7, 0.9, 43), logits)).isNotEqualTo(first);
  }

  private static int[] draws(TokenSampler sampler, float[] logits) {
    return IntStream.range(0, 50).map(i -> sampler.choose(logits)).toArray();
  }

  @Test
  void badSettingsAndLogitsAreNamed() {
    assertThatThrownBy(() -> new TokenSampler(-1, 1, 0))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("temperature -1.0");
    assertThatThrownBy(() -> new TokenSampler(1, 0, 0)).hasMessageContaining("topP 0.0");
    assertThatThrownBy(() -> new TokenSampler(1, Double.NaN, 0)).hasMessageContaining("topP");
    assertThatThrownBy(() -> new TokenSampler(0, 1, 0).choose(new float[] {1, Float.NaN}))
        .hasMessageContaining("token 1 is NaN");
  }
}
