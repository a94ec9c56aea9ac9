package dev.pbq.jinja;

import java.util.List;

/** Reads one name, number, string or operator inside a tag. */
final class Scanner {
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final int start;
  private int at;

  Scanner(String source, int start) {
    this.source = source;
    this.start = start;
    this.at = start;
  }

  /** The token, in which the place of the line is taken by where it ends in the source. */
  Token next() {
    char c = source.charAt(start);
    if (c == '\'' || c == '"') {
      return string(c);
    }
    int code = source.codePointAt(start);
    if (c >= '0' && c <= '9') {
      return number();
    }
    if (code == '_' || Character.isUnicodeIdentifierStart(code)) {
      at = skip(start, true);
      return new Token(TokenType.NAME, source.substring(start, at), at);
    }
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, start)) {
        return new Token(TokenType.OPERATOR, operator, start + operator.length());
      }
    }
    throw JinjaException.broken("unexpected character '" + Character.toString(code) + "'");
  }

  private int skip(int from, boolean letters) {
    int i = from;
    while (i < source.length()) {
      int code = source.codePointAt(i);
      boolean part =
          letters
              ? code == '_'
                  || (Character.isUnicodeIdentifierPart(code)
                      && !Character.isIdentifierIgnorable(code))
              : code == '_' || (code >= '0' && code <= '9');
      if (!part) {
        break;
      }
      i += Character.charCount(code);
    }
    return i;
  }

  private Token number() {
    if (source.charAt(start) == '0'
        && start + 1 < source.length()
        && "xXoObB".indexOf(source.charAt(start + 1)) >= 0) {
      throw JinjaException.unsupported("a number that is not decimal");
    }
    at = skip(start, false);
    boolean real = false;
    boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
    if (!afterDot && digitAfter('.')) {
      at = skip(at + 1, false);
      real = true;
    }
    if (!afterDot && at < source.length() && (source.charAt(at) | 0x20) == 'e') {
      int digits = at + 1;
      if (digits < source.length() && "+-".indexOf(source.charAt(digits)) >= 0) {
        digits++;
      }
      if (digits < source.length() && Character.isDigit(source.charAt(digits))) {
        at = skip(digits, false);
        real = true;
      }
    }
    String text = source.substring(start, at).replace("_", "");
    if (!real && text.length() > 1 && text.startsWith("0") && !text.matches("0+")) {
      throw JinjaException.broken("a number begins with 0");
    }
    return new Token(real ? TokenType.FLOAT : TokenType.INTEGER, text, at);
  }

  private boolean digitAfter(char c) {
    return at + 1 < source.length()
        && source.charAt(at) == c
        && Character.isDigit(source.charAt(at + 1));
  }

  private Token string(char quote) {
    StringBuilder text = new StringBuilder();
    at = start + 1;
    while (at < source.length() && source.charAt(at) != quote) {
      char c = source.charAt(at++);
      if (c == '\\' && at < source.length()) {
        escape(text);
      } else {
        text.append(c);
      }
    }
    if (at >= source.length()) {
      throw JinjaException.broken("a string has no end");
    }
    return new Token(TokenType.STRING, text.toString(), at + 1);
  }

  /** As Python's codec unicode-escape reads it. */
  private void escape(StringBuilder text) {
    char c = source.charAt(at++);
    switch (c) {
      case '\n' -> {}
      case '\\', '\'', '"' -> text.append(c);
      case 'a' -> text.append('\u0007');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'n' -> text.append('\n');
      case 'r' -> text.append('\r');
      case 't' -> text.append('\t');
      case 'v' -> text.append('\u000b');
      case 'x' -> text.appendCodePoint(hex(2));
      case 'u' -> text.appendCodePoint(hex(4));
      case 'U' -> text.appendCodePoint(hex(8));
      case 'N' -> throw JinjaException.unsupported("the escape \\N");
      default -> {
        if (c >= '0' && c <= '7') {
          text.append((char) octal(c));
        } else {
          text.append('\\').append(c);
        }
      }
    }
  }

  private int octal(char first) {
    int value = first - '0';
    for (int i = 0; i < 2 && at < source.length(); i++) {
      char c = source.charAt(at);
      if (c < '0' || c > '7') {
        break;
      }
      value = value * 8 + (c - '0');
      at++;
    }
    return value;
  }

  private int hex(int digits) {
    if (at + digits > source.length()
        || !source.substring(at, at + digits).matches("[0-9a-fA-F]+")) {
      throw JinjaException.broken("a string has an escape that is cut off");
    }
    long value = Long.parseLong(source.substring(at, at + digits), 16);
    if (value > Character.MAX_CODE_POINT) {
      throw JinjaException.broken("a string has an escape beyond Unicode");
    }
    at += digits;
    return (int) value;
  }
}
