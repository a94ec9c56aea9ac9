package dev.pbq.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Against definitions, on small integer grids, where ties abound. */
class ParetoFrontTest {
  private static final int GRID = 8;

  @Provide
  Arbitrary<List<Trial>> trials() {
    Arbitrary<Double> quality =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(
                9, Arbitraries.integers().between(-3, GRID - 4).map(i -> (double) i)),
            net.jqwik.api.Tuple.of(1, Arbitraries.just(Double.NEGATIVE_INFINITY)));
    return Combinators.combine(quality, Arbitraries.integers().between(1, GRID))
        .as((q, d) -> new Trial(List.of(), q, d))
        .list()
        .ofMaxSize(14);
  }

  @Property
  void theFrontIsWhatNoneDominates(@ForAll("trials") List<Trial> trials) {
    Set<List<Double>> expected = new HashSet<>();
    for (Trial t : trials) {
      if (t.succeeded() && trials.stream().noneMatch(o -> o.dominates(t))) {
        expected.add(List.of(t.quality(), t.density()));
      }
    }
    List<Integer> front = ParetoFront.of(trials);
    assertThat(front.stream().map(trials::get).map(t -> List.of(t.quality(), t.density())))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(expected);
    for (int i = 1; i < front.size(); i++) {
      assertThat(trials.get(front.get(i)).density())
          .isLessThan(trials.get(front.get(i - 1)).density());
    }
  }

  @Property
  void ranksArePeeledOff(@ForAll("trials") List<Trial> trials) {
    int[] ranks = ParetoFront.ranks(trials);
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < trials.size(); i++) {
      left.add(i);
    }
    for (int rank = 0; !left.isEmpty(); rank++) {
      List<Integer> now = new ArrayList<>(left);
      List<Integer> members =
          now.stream()
              .filter(i -> now.stream().noneMatch(j -> trials.get(j).dominates(trials.get(i))))
              .toList();
      for (int i : members) {
        assertThat(ranks[i]).isEqualTo(rank);
      }
      left.removeAll(members);
    }
  }

  @Property
  void theHypervolumeIsTheCellsThatAreDominated(@ForAll("trials") List<Trial> trials) {
    int cells = 0;
    for (int q = -4; q < GRID; q++) {
      for (int d = 0; d < GRID; d++) {
        int quality = q + 1;
        int density = d + 1;
        if (trials.stream().anyMatch(t -> t.quality() >= quality && t.density() >= density)) {
          cells++;
        }
      }
    }
    assertThat(ParetoFront.hypervolume(trials, -4, 0)).isCloseTo(cells, within(1e-9));
  }

  @Property
  void theGreedySubsetHoldsAtLeastItsShareOfTheBest(@ForAll("trials") List<Trial> trials) {
    int count = Math.min(3, trials.size());
    List<Integer> chosen = ParetoFront.largestSubset(trials, count, -4, 0);
    assertThat(chosen).hasSize(count).doesNotHaveDuplicates();
    double found = ParetoFront.hypervolume(chosen.stream().map(trials::get).toList(), -4, 0);
    double best = 0;
    for (Trial a : trials) {
      for (Trial b : trials) {
        for (Trial c : trials) {
          best = Math.max(best, ParetoFront.hypervolume(List.of(a, b, c), -4, 0));
        }
      }
    }
    // Nemhauser et al. 1978: areas are submodular, so that greed has 1 - 1/e of the best.
    assertThat(found).isGreaterThanOrEqualTo((1 - 1 / Math.E) * best - 1e-9);
  }
}
