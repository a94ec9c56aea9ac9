package dev.pbq.jinja;

/**
 * What rendering may take, far beyond any conversation's need.
 *
 * @param steps statements run and expressions computed
 * @param outputChars length of the result, and of any single string, in characters
 * @param items length of any single list or range
 * @param depth of nested blocks, expressions and macro calls
 */
public record JinjaLimits(long steps, int outputChars, int items, int depth) {
  /** For chat templates. */
  public static final JinjaLimits DEFAULT = new JinjaLimits(20_000_000L, 1 << 24, 1_000_000, 200);
}
