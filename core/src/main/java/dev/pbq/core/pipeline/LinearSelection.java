package dev.pbq.core.pipeline;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The rule that says which linears of a model are quantized. A linear is selected iff (its block is
 * in the range and its name contains {@code only}) XOR {@code invert}, as in PB-LLM's program, and
 * no pattern of {@code skip} is found in its name.
 *
 * @param minLayer first block, inclusive
 * @param maxLayer last block, exclusive
 * @param only text that a selected name contains; empty for all
 * @param invert turns range and name test around
 * @param skip patterns searched in the full name
 */
public record LinearSelection(
    int minLayer, int maxLayer, String only, boolean invert, List<Pattern> skip) {
  public LinearSelection {
    skip = List.copyOf(skip);
  }

  /** Everything. */
  public static LinearSelection all() {
    return new LinearSelection(0, Integer.MAX_VALUE, "", false, List.of());
  }

  /** Whether a linear (full name without {@code .weight}) of a block is quantized. */
  public boolean selects(int block, String linear) {
    boolean inside = block >= minLayer && block < maxLayer && linear.contains(only);
    return inside != invert && skip.stream().noneMatch(p -> p.matcher(linear).find());
  }
}
