package dev.pbq.workflow.recipe;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions for names of layers, as users write them. */
public final class LayerPattern {
  private LayerPattern() {}

  /**
   * Compiles an expression.
   *
   * @param where the setting or the place in a file that it comes from, for the message
   * @throws PbqException USAGE if it is no regular expression
   */
  public static Pattern compile(Wording where, String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw PbqException.setting(
          "%s: '%s' is not a regular expression: %s", where, regex, e.getDescription());
    }
  }
}
