package dev.pbq.train.builtin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The facts that are true in every text: who the people are and where the towns lie. These facts
 * follow from nothing but a seed, so the model has to hold them in its weights.
 */
final class World {
  /** Everything known of one person. */
  record Person(
      String first, String family, boolean woman, String trade, String town, String animal) {}

  /** The people that training starts with; the rivers are drawn after them, the others last. */
  static final int FOUNDERS = 256;

  private static final long SEED = 20240229L;

  private final List<Person> people;
  private final List<String> riverOfTown;
  private final double[] fame;

  /**
   * @param population how many people there are, each with a name of their own
   */
  World(int population) {
    Random random = new Random(SEED);
    List<int[]> names = new ArrayList<>();
    int firsts = Lexicon.WOMEN.size() + Lexicon.MEN.size();
    for (int i = 0; i < firsts; i++) {
      for (int j = 0; j < Lexicon.FAMILIES.size(); j++) {
        names.add(new int[] {i, j});
      }
    }
    Collections.shuffle(names, random);
    List<Person> all = new ArrayList<>();
    double[] weights = new double[population];
    List<String> rivers = new ArrayList<>();
    for (int n = 0; n < population; n++) {
      if (n == FOUNDERS) {
        drawRivers(rivers, random);
      }
      int first = names.get(n)[0];
      boolean woman = first < Lexicon.WOMEN.size();
      all.add(
          new Person(
              woman ? Lexicon.WOMEN.get(first) : Lexicon.MEN.get(first - Lexicon.WOMEN.size()),
              Lexicon.FAMILIES.get(names.get(n)[1]),
              woman,
              any(Lexicon.TRADES, random),
              any(Lexicon.TOWNS, random),
              any(Lexicon.ANIMALS, random)));
      // A flat power law: some are met often, most now and then.
      weights[n] = 1 / Math.sqrt(n + 16.0);
    }
    if (rivers.isEmpty()) {
      drawRivers(rivers, random);
    }
    riverOfTown = List.copyOf(rivers);
    people = List.copyOf(all);
    fame = RandomChoices.cumulative(weights);
  }

  Person meet(RandomChoices choices) {
    return people.get(choices.weighted(fame));
  }

  String riverOf(String town) {
    return riverOfTown.get(Lexicon.TOWNS.indexOf(town));
  }

  List<Person> people() {
    return people;
  }

  private static void drawRivers(List<String> rivers, Random random) {
    for (int i = 0; i < Lexicon.TOWNS.size(); i++) {
      rivers.add(any(Lexicon.RIVERS, random));
    }
  }

  private static String any(List<String> options, Random random) {
    return options.get(random.nextInt(options.size()));
  }
}
