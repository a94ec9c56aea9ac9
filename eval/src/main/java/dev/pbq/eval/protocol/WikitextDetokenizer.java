package dev.pbq.eval.protocol;

import java.util.regex.Pattern;

/**
 * Undoes the tokenization of WikiText by the replacements of lm-evaluation-harness ({@code
 * tasks/wikitext/preprocess_wikitext.py}), in its order and with its oddities: the second one looks
 * for slashes and never finds any in practice.
 */
final class WikitextDetokenizer {
  private static final Pattern SLASHED = python("/' [0-9]/");
  private static final Pattern ROUND = python("\\(\\s*([^\\)]*?)\\s*\\)");
  private static final Pattern SQUARE = python("\\[\\s*([^\\]]*?)\\s*\\]");
  private static final Pattern CURLY = python("\\{\\s*([^}]*?)\\s*\\}");
  private static final Pattern DOUBLE_QUOTED = python("\"\\s*([^\"]*?)\\s*\"");
  private static final Pattern SINGLE_QUOTED = python("'\\s*([^']*?)\\s*'");

  private WikitextDetokenizer() {}

  /** Python's \s covers Unicode, and the separators 1c to 1f, which Java's does not. */
  static Pattern python(String expression) {
    return Pattern.compile(
        expression.replace("\\s", "[\\s\\x1c-\\x1f]"), Pattern.UNICODE_CHARACTER_CLASS);
  }

  static String detokenize(String page) {
    String s = page.replace("s '", "s'");
    s = SLASHED.matcher(s).replaceAll("/'[0-9]/");
    s = s.replace(" @-@ ", "-").replace(" @,@ ", ",").replace(" @.@ ", ".");
    s = s.replace(" : ", ": ").replace(" ; ", "; ").replace(" . ", ". ");
    s = s.replace(" ! ", "! ").replace(" ? ", "? ").replace(" , ", ", ");
    s = ROUND.matcher(s).replaceAll("($1)");
    s = SQUARE.matcher(s).replaceAll("[$1]");
    s = CURLY.matcher(s).replaceAll("{$1}");
    s = DOUBLE_QUOTED.matcher(s).replaceAll("\"$1\"");
    s = SINGLE_QUOTED.matcher(s).replaceAll("'$1'");
    s = s.replace("= = = =", "====").replace("= = =", "===").replace("= =", "==");
    s = s.replace(" \u00b0 ", "\u00b0").replace(" \n", "\n").replace("\n ", "\n");
    return s.replace(" N ", " 1 ").replace(" 's", "'s");
  }
}
