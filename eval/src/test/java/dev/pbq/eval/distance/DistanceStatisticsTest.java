package dev.pbq.eval.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Statistics against their textbook definitions, written out. */
class DistanceStatisticsTest {
  private static final int N = 500;

  @Test
  void quantilesAreInterpolated() {
    Distribution d = Distribution.of(new double[] {3, 0, 1, 2, 4});
    assertThat(d.median()).isEqualTo(2);
    assertThat(d.p90()).isCloseTo(3.6, within(1e-12));
    assertThat(d.p99()).isCloseTo(3.96, within(1e-12));
    assertThat(d.min()).isZero();
    assertThat(d.max()).isEqualTo(4);
    assertThat(d.mean()).isEqualTo(2);
    assertThat(d.stderr()).isCloseTo(Math.sqrt(2.5 / 5), within(1e-12));
  }

  @Test
  void theRatioIsPaired() {
    Random random = new Random(4);
    double[] reference = new double[N];
    double[] model = new double[N];
    for (int i = 0; i < N; i++) {
      reference[i] = 3 + random.nextGaussian();
      model[i] = reference[i] + 0.1 + 0.05 * random.nextGaussian();
    }
    PerplexityRatio r = PerplexityRatio.of(reference, model);
    double a = mean(reference);
    double b = mean(model);
    double varA = covariance(reference, reference);
    double varB = covariance(model, model);
    double cov = covariance(reference, model);
    assertThat(r.reference()).isCloseTo(Math.exp(a), within(1e-9));
    assertThat(r.model()).isCloseTo(Math.exp(b), within(1e-9));
    assertThat(r.logRatio()).isCloseTo(b - a, within(1e-12));
    assertThat(r.ratio()).isCloseTo(r.model() / r.reference(), within(1e-12));
    assertThat(r.logRatioStderr()).isCloseTo(Math.sqrt((varA + varB - 2 * cov) / N), within(1e-12));
    assertThat(r.logRatioStderr()).isLessThan(Math.sqrt(varA / N) / 10);
    assertThat(r.correlation()).isCloseTo(cov / Math.sqrt(varA * varB), within(1e-12));
    assertThat(r.differenceStderr())
        .isCloseTo(
            Math.sqrt(
                (r.reference() * r.reference() * varA
                        + r.model() * r.model() * varB
                        - 2 * r.reference() * r.model() * cov)
                    / N),
            within(1e-9));
  }

  @Test
  void equalModelsHaveRatioOneWithoutError() {
    double[] nll = {1, 2, 3};
    PerplexityRatio r = PerplexityRatio.of(nll, nll.clone());
    assertThat(r.ratio()).isEqualTo(1);
    assertThat(r.ratioStderr()).isZero();
    assertThat(r.difference()).isZero();
    assertThat(r.correlation()).isCloseTo(1, within(1e-12));
  }

  @Test
  void rootMeanSquareOfChanges() {
    ProbabilityChange c = ProbabilityChange.of(new double[] {0.3, -0.1, 0, 0.2});
    assertThat(c.rms()).isCloseTo(Math.sqrt(0.14 / 4), within(1e-12));
    double mean = 0.035;
    double variance = 0;
    for (double v : new double[] {0.09, 0.01, 0, 0.04}) {
      variance += (v - mean) * (v - mean) / 3;
    }
    assertThat(c.rmsStderr()).isCloseTo(Math.sqrt(variance / 4) / (2 * c.rms()), within(1e-12));
    assertThat(c.distribution().mean()).isCloseTo(0.1, within(1e-12));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    return sum / values.length;
  }

  private static double covariance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - mean(a)) * (b[i] - mean(b));
    }
    return sum / (a.length - 1);
  }
}
