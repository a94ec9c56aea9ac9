package dev.pbq.core;

/**
 * Two sources of one fact that say different things. One of them counts, always the one that
 * transformers 5 takes; the sentence names both, so that neither loses in silence.
 *
 * @param fact what they are about
 * @param counts what is used
 * @param in where that stands
 * @param other what is not used
 * @param otherIn where that stands
 */
public record Contradiction(String fact, String counts, String in, String other, String otherIn) {
  private static final int LONGEST_VALUE = 200;

  public Contradiction {
    counts = brief(counts);
    other = brief(other);
  }

  private static String brief(String value) {
    String line = PbqException.oneLine(value);
    return line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE) + "...";
  }

  /** The warning: {@code eos_token_id is [2] in generation_config.json and [3] in config.json}. */
  public String sentence() {
    return "%s is %s in %s and %s in %s; the former counts, as in transformers"
        .formatted(fact, counts, in, other, otherIn);
  }
}
