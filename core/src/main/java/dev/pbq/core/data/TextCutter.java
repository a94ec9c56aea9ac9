package dev.pbq.core.data;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Cuts a text at the tokens that stand in it as a whole, the leftmost first and of several there
 * the longest. A token that strips takes the white space beside it along.
 */
final class TextCutter {
  /** Is shown the text between tokens, also where it is empty. */
  interface StretchVisitor {
    /** Takes a stretch and where it began in the text. */
    void visit(String stretch, int from);
  }

  private final Map<String, AddedToken> tokens = new HashMap<>();
  private final Pattern pattern;

  TextCutter(Collection<AddedToken> added) {
    added.stream()
        .filter(token -> !token.content().isEmpty())
        .forEach(token -> tokens.put(token.content(), token));
    pattern =
        Pattern.compile(
            tokens.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
  }

  void cut(String text, StretchVisitor stretches, Consumer<AddedToken> found) {
    int from = 0;
    if (!tokens.isEmpty()) {
      Matcher matcher = pattern.matcher(text);
      int searched = 0;
      while (matcher.find(searched)) {
        AddedToken token = tokens.get(matcher.group());
        int start = matcher.start();
        int end = matcher.end();
        searched = end;
        if (token.singleWord() && touchesLetter(text, start, end)) {
          continue;
        }
        while (token.stripLeft() && start > from && isSpace(text.charAt(start - 1))) {
          start--;
        }
        while (token.stripRight() && end < text.length() && isSpace(text.charAt(end))) {
          end++;
        }
        stretches.visit(text.substring(from, start), from);
        found.accept(token);
        from = end;
        searched = end;
      }
    }
    stretches.visit(text.substring(from), from);
  }

  private static boolean touchesLetter(String text, int start, int end) {
    return (start > 0 && isWord(text.charAt(start - 1)))
        || (end < text.length() && isWord(text.charAt(end)));
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }
}
