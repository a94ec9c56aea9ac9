package dev.pbq.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.formats.config.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeedTrialsTest {
  private static final SearchSpace SPACE =
      SearchSpace.parse(
          SpacePresets.toml(SpacePresets.DEFAULT).orElseThrow(),
          "space",
          new Target(Architecture.LLAMA, 3, Set.of()));

  /** Mean width; of right operands of attention products only the left one's counts. */
  private static double bits(List<Integer> point) {
    double sum = 0;
    int count = 0;
    for (int v = 0; v < point.size(); v++) {
      if (!free(SPACE.variables().get(v))) {
        sum += width(point, v);
        count++;
      }
    }
    return sum / count + 0.5;
  }

  private static boolean free(Variable v) {
    return v.operation().contains("matmul") && v.key().startsWith("weight");
  }

  private static int width(List<Integer> point, int v) {
    return SPACE.variables().get(v).choices().get(point.get(v)).intValue();
  }

  /** Down projections are sensitive, late layers less so, inputs more than weights. */
  private static Trial judge(List<Integer> point) {
    double damage = 0;
    for (int v = 0; v < point.size(); v++) {
      Variable variable = SPACE.variables().get(v);
      double s = variable.operation().equals("mlp.down_proj") ? 30 : 1;
      s *= variable.section().get(0).endsWith("2") ? 0.2 : 1;
      s *= variable.key().startsWith("data") ? 2 : 1;
      damage += s * Math.pow(4, -width(point, v));
    }
    return new Trial(point, -damage, 32 / bits(point));
  }

  @Test
  void combinationsBeatUniformWidths() {
    SeedTrials seeds = new SeedTrials(SPACE, SeedTrialsTest::bits);
    List<Trial> history = new ArrayList<>();
    Optional<List<Integer>> next = seeds.next(history);
    while (next.isPresent()) {
      assertThat(seeds.count(history)).isEqualTo(history.size());
      history.add(judge(next.get()));
      next = seeds.next(history);
    }
    // 6 uniform; 2 kinds of operand, 9 operations, 3 layers; those that fit 4 to 7 bits.
    assertThat(history).hasSize(6 + 2 + 9 + 3 + 4);
    assertThat(history.stream().map(Trial::choices)).doesNotHaveDuplicates();
    for (int uniform = 1; uniform < 5; uniform++) {
      Trial u = history.get(uniform);
      assertThat(history)
          .as("better than uniform " + u.bits())
          .anyMatch(t -> t.density() >= u.density() - 1e-9 && t.quality() > 0.7 * u.quality());
    }
    history.add(judge(history.get(0).choices()));
    assertThat(seeds.next(history)).isEmpty();
    assertThat(seeds.count(history)).isEqualTo(24);
  }

  @Test
  void whatIsFreeIsNoWiderForThat() {
    SeedTrials seeds = new SeedTrials(SPACE, SeedTrialsTest::bits);
    List<Trial> history = new ArrayList<>();
    Optional<List<Integer>> next = seeds.next(history);
    while (next.isPresent()) {
      history.add(judge(next.get()));
      next = seeds.next(history);
    }
    for (Trial t : history.subList(seeds.planned(), history.size())) {
      for (int v = 0; v < t.choices().size(); v++) {
        if (free(SPACE.variables().get(v))) {
          assertThat(width(t.choices(), v)).isEqualTo(width(t.choices(), v - 1));
        }
      }
    }
  }

  @Test
  void failuresDoNotStopThePlan() {
    SeedTrials seeds = new SeedTrials(SPACE, SeedTrialsTest::bits);
    List<Trial> history = new ArrayList<>();
    Optional<List<Integer>> next = seeds.next(history);
    while (next.isPresent()) {
      Trial t = judge(next.get());
      history.add(
          history.size() % 2 == 0
              ? t
              : new Trial(t.choices(), Double.NEGATIVE_INFINITY, t.density()));
      next = seeds.next(history);
    }
    assertThat(history.size()).isGreaterThanOrEqualTo(seeds.planned());
  }
}
