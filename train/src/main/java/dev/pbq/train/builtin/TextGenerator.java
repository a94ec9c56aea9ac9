package dev.pbq.train.builtin;

import java.util.List;

/** An endless stream of texts of mixed kinds; the same seed gives the same stream. */
final class TextGenerator {
  /** How many people the built-in model knows. */
  static final int POPULATION = 512;

  /**
   * One text.
   *
   * @param kind index into {@link #KINDS}
   * @param text its lines and the empty line that ends it
   * @param nats the information in it
   */
  record Text(int kind, String text, double nats) {}

  static final List<String> KINDS = List.of("portraits", "exchanges", "arithmetic", "verses");

  /** How often each kind comes. */
  private static final double[] SHARES = RandomChoices.cumulative(new double[] {62, 8, 22, 8});

  private final List<TextKind> writers;
  private final RandomChoices choices;

  TextGenerator(World world, long seed) {
    this.choices = new RandomChoices(seed);
    this.writers = List.of(new Portraits(world), new Exchanges(), new Arithmetic(), new Verses());
  }

  Text next() {
    double before = choices.nats();
    int kind = choices.weighted(SHARES);
    String text = writers.get(kind).write(choices) + "\n";
    return new Text(kind, text, choices.nats() - before);
  }
}
