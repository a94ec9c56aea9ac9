package dev.pbq.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SamplersTest {
  private static final int VARIABLES = 12;

  /** Variables with 4 choices, and one with 2 and one with 3. */
  private static final Dimensions DIMENSIONS = dimensions();

  private static Dimensions dimensions() {
    List<Integer> choices = new ArrayList<>(Collections.nCopies(VARIABLES - 2, 4));
    choices.add(2);
    choices.add(3);
    return new Dimensions(choices);
  }

  /**
   * Like rounding: a step less costs damage that grows, and saves bits; every third variable does
   * harm without saving anything, so that there is something to learn.
   */
  private static Trial judge(List<Integer> point) {
    double damage = 0;
    double bits = 3;
    for (int v = 0; v < point.size(); v++) {
      if (v % 3 == 2) {
        damage += 0.2 * point.get(v);
      } else {
        double sensitivity = v % 3 == 0 ? 1 : 0.02;
        damage += sensitivity * Math.pow(2, point.get(v)) / 20;
        bits += (DIMENSIONS.choices(v) - point.get(v)) / (double) VARIABLES;
      }
    }
    return new Trial(point, -damage, 32 / bits);
  }

  private static PointSampler create(SamplerKind kind, long seed) {
    return switch (kind) {
      case RANDOM -> new RandomSampler(DIMENSIONS, seed);
      case TPE -> new TpeSampler(DIMENSIONS, seed);
      case NSGA2 -> new GeneticSampler(DIMENSIONS, seed, 8, false);
      case NSGA3 -> new GeneticSampler(DIMENSIONS, seed, 8, true);
      case QMC -> new SobolSampler(DIMENSIONS, seed);
    };
  }

  private static List<Trial> run(SamplerKind kind, long seed, int trials) {
    List<Trial> history = new ArrayList<>();
    while (history.size() < trials) {
      history.add(judge(create(kind, seed).next(List.copyOf(history), 0)));
    }
    return history;
  }

  @ParameterizedTest
  @EnumSource
  void theSameHistoryAndSeedGiveTheSamePoint(SamplerKind kind) {
    List<Trial> once = run(kind, 3, 40);
    assertThat(run(kind, 3, 40)).isEqualTo(once);
    assertThat(run(kind, 4, 40)).isNotEqualTo(once);
  }

  @ParameterizedTest
  @EnumSource
  void everyChoiceIsTried(SamplerKind kind) {
    List<Trial> history = run(kind, 0, 150);
    for (int v = 0; v < VARIABLES; v++) {
      Set<Integer> met = new HashSet<>();
      for (Trial t : history) {
        met.add(t.choices().get(v));
      }
      assertThat(met).as("variable " + v).hasSize(DIMENSIONS.choices(v));
      assertThat(met).allMatch(c -> c >= 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void trialsOfOthersAndFailuresAreTakenInStride(SamplerKind kind) {
    List<Trial> history = new ArrayList<>();
    for (int i = 0; i < 13; i++) {
      List<Integer> point = Collections.nCopies(VARIABLES, i % 2);
      history.add(i % 3 == 0 ? new Trial(point, Double.NEGATIVE_INFINITY, 4) : judge(point));
    }
    for (int i = 0; i < 30; i++) {
      List<Integer> point = create(kind, 1).next(List.copyOf(history), 13);
      assertThat(point).hasSize(VARIABLES);
      history.add(i % 5 == 0 ? new Trial(point, Double.NEGATIVE_INFINITY, 5) : judge(point));
    }
    assertThat(ParetoFront.of(history)).isNotEmpty();
  }

  @Test
  void aStudyOfFailuresAloneGoesOn() {
    List<Trial> history = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      List<Integer> point = create(SamplerKind.TPE, 0).next(List.copyOf(history), 0);
      history.add(new Trial(point, Double.NEGATIVE_INFINITY, 4));
    }
    assertThat(ParetoFront.of(history)).isEmpty();
  }

  /** The mean over fixed seeds, so that nothing here can fluctuate. */
  private static double hypervolume(SamplerKind kind) {
    double sum = 0;
    for (int seed = 0; seed < 8; seed++) {
      sum += ParetoFront.hypervolume(run(kind, seed, 80), -3, 4);
    }
    return sum / 8;
  }

  @Test
  void samplersThatLearnBeatThoseThatDoNot() {
    double random = hypervolume(SamplerKind.RANDOM);
    assertThat(random).isPositive();
    assertThat(hypervolume(SamplerKind.TPE)).as("tpe").isGreaterThan(1.05 * random);
    assertThat(hypervolume(SamplerKind.NSGA2)).as("nsga2").isGreaterThan(1.05 * random);
    assertThat(hypervolume(SamplerKind.NSGA3)).as("nsga3").isGreaterThan(1.05 * random);
  }

  @Test
  void aSobolSequenceMeetsChoicesEquallyOften() {
    List<Trial> history = run(SamplerKind.QMC, 5, 64);
    for (int v = 0; v < VARIABLES - 2; v++) {
      int[] counts = new int[4];
      for (Trial t : history) {
        counts[t.choices().get(v)]++;
      }
      assertThat(counts).containsOnly(16);
    }
  }
}
