package dev.pbq.tiny.train;

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

  static final List<String> KINDS =
      List.of("portraits", "exchanges", "lists", "arithmetic", "recalls", "verses");

  /** How often each kind comes in the texts that the model is to speak. */
  static final double[] SHARES = {30, 14, 22, 8, 20, 6};

  /** How often each kind comes early in training: more facts, less to look up in the text. */
  static final double[] EARLY_SHARES = {40, 12, 18, 16, 10, 8};

  private final List<TextKind> writers;
  private final Choices choices;
  private final double[] shares;

  TextGenerator(World world, long seed) {
    this(world, seed, SHARES);
  }

  /**
   * @param shares how often each kind comes, by its index
   */
  TextGenerator(World world, long seed, double[] shares) {
    this.shares = Choices.cumulative(shares);
    this.choices = new Choices(seed);
    this.writers =
        List.of(
            new Portraits(world),
            new Exchanges(),
            new Lists(),
            new Arithmetic(),
            new Recalls(),
            new Verses());
  }

  Text next() {
    double before = choices.nats();
    int kind = choices.weighted(shares);
    String text = writers.get(kind).write(choices) + "\n";
    return new Text(kind, text, choices.nats() - before);
  }
}
