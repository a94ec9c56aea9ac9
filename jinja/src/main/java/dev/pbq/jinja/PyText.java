package dev.pbq.jinja;

import java.util.function.IntPredicate;

/** Text as Python counts and classes it: by code points. */
final class PyText {
  private PyText() {}

  /** Python's {@code str.isspace} of one code point. */
  static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || (c > 0xff && Character.isSpaceChar(c));
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  static int[] points(String text) {
    return text.codePoints().toArray();
  }

  static String of(int[] points, int from, int to) {
    return new String(points, from, Math.max(0, to - from));
  }

  static String stripRight(String text, IntPredicate taken) {
    int end = text.length();
    while (end > 0 && taken.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(0, end);
  }

  static String stripLeft(String text, IntPredicate taken) {
    int start = 0;
    while (start < text.length() && taken.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    return text.substring(start);
  }

  /** From code points at the place {@code index} of UTF-16 units. */
  static long pointIndex(String text, int index) {
    return index < 0 ? -1 : text.codePointCount(0, index);
  }

  /** Orders by code points, as Python does. */
  static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean sx = Character.isSurrogate(x);
        boolean sy = Character.isSurrogate(y);
        return sx == sy ? Character.compare(x, y) : sx ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Python's {@code repr} of a string. */
  static String repr(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder().append(quote);
    text.codePoints()
        .forEach(
            c -> {
              if (c == quote || c == '\\') {
                out.append('\\').append((char) c);
              } else if (c == '\n') {
                out.append("\\n");
              } else if (c == '\r') {
                out.append("\\r");
              } else if (c == '\t') {
                out.append("\\t");
              } else if (isPrintable(c)) {
                out.appendCodePoint(c);
              } else if (c <= 0xff) {
                out.append("\\x%02x".formatted(c));
              } else {
                out.append((c <= 0xffff ? "\\u%04x" : "\\U%08x").formatted(c));
              }
            });
    return out.append(quote).toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
