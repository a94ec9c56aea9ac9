package dev.pbq.search.sampler;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How many choices each variable has: all that a sampler knows of a space.
 *
 * @param choices of each variable
 */
record Dimensions(List<Integer> choices) {
  Dimensions {
    choices = List.copyOf(choices);
  }

  int size() {
    return choices.size();
  }

  int choices(int variable) {
    return choices.get(variable);
  }

  /** A point at random. */
  List<Integer> random(SplittableRandom random) {
    List<Integer> point = new ArrayList<>();
    choices.forEach(n -> point.add(random.nextInt(n)));
    return point;
  }

  /** A generator of its own for every trial of a study. */
  static SplittableRandom generator(long seed, int trial) {
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + trial + 1);
  }
}
