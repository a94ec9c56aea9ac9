package dev.pbq.core.generate;

import dev.pbq.core.PbqException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Chooses the next token from its logits: the most likely one at temperature 0, else a draw from
 * softmax(logits / temperature) cut to the smallest set of most likely tokens whose probabilities
 * sum to at least top-p (Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020,
 * section 3.1). The draws of a seed are the same on every machine.
 */
public final class TokenSampler {
  private final double temperature;
  private final double topP;
  private final SplittableRandom random;

  /**
   * Makes a sampler.
   *
   * @param temperature at least 0; 0 is greedy
   * @param topP in (0, 1]; 1 cuts nothing
   * @throws PbqException USAGE if one is out of range
   */
  public TokenSampler(double temperature, double topP, long seed) {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw PbqException.setting("{temperature} %s is not 0 or more", temperature);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw PbqException.setting("{topP} %s is not above 0 and at most 1", topP);
    }
    this.temperature = temperature;
    this.topP = topP;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Chooses a token.
   *
   * @param logits [vocabulary]; only read
   * @return its id; of equally likely ones the lowest, where the most likely is asked for
   * @throws PbqException NUMERICAL if a logit is NaN
   */
  public int choose(float[] logits) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i])) {
        throw PbqException.numerical("the logit of token " + i + " is NaN");
      }
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return temperature == 0 ? best : draw(logits, logits[best]);
  }

  private int draw(float[] logits, double largest) {
    double[] weight = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < weight.length; i++) {
      weight[i] = Math.exp((logits[i] - largest) / temperature);
      sum += weight[i];
    }
    int[] order = IntStream.range(0, weight.length).toArray();
    double kept = sum;
    int count = order.length;
    if (topP < 1) {
      order =
          IntStream.range(0, weight.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer i) -> -weight[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      kept = 0;
      count = 0;
      while (count < order.length && kept < topP * sum) {
        kept += weight[order[count++]];
      }
    }
    double target = random.nextDouble() * kept;
    for (int i = 0; i < count; i++) {
      target -= weight[order[i]];
      if (target < 0) {
        return order[i];
      }
    }
    // Rounding left a crumb: it belongs to the last token that could be drawn.
    int[] possible = Arrays.copyOf(order, count);
    return Arrays.stream(possible).filter(i -> weight[i] > 0).reduce((a, b) -> b).orElse(order[0]);
  }
}
