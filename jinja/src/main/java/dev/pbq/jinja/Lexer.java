package dev.pbq.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into tokens as Jinja's lexer does with {@code trim_blocks} and {@code
 * lstrip_blocks}: a line feed right behind a block or comment goes, as does white space between the
 * start of a line and a block or comment; {@code -} takes all white space on its side, {@code +}
 * keeps it; one line feed at the template's end goes. Runs in linear time.
 */
final class Lexer {
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int counted;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    try {
      lexer.run();
    } catch (JinjaException e) {
      throw e.at(lexer.lineOf(lexer.at));
    }
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int open = nextOpening();
      if (open < 0) {
        data(source.substring(at));
        at = source.length();
        break;
      }
      char kind = source.charAt(open + 1);
      int inner = open + 2;
      char sign = inner < source.length() ? source.charAt(inner) : ' ';
      boolean signed = sign == '-' || sign == '+';
      data(stripped(source.substring(at, open), signed ? sign : ' ', kind != '{'));
      at = signed ? inner + 1 : inner;
      switch (kind) {
        case '#' -> comment(open);
        case '{' -> {
          add(TokenType.VARIABLE_BEGIN, "{{", open);
          expression(TokenType.VARIABLE_END, "}}");
        }
        default -> {
          if (!raw(open)) {
            add(TokenType.BLOCK_BEGIN, "{%", open);
            expression(TokenType.BLOCK_END, "%}");
          }
        }
      }
    }
    tokens.add(new Token(TokenType.END, "end of template", lineOf(source.length())));
  }

  private int nextOpening() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Data in front of a tag, with the white space gone that the tag takes. */
  private String stripped(String text, char sign, boolean block) {
    if (sign == '-') {
      return PyText.stripRight(text, PyText::isSpace);
    }
    if (sign == '+' || !block) {
      return text;
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean startsLine = lineStart > 0 || at == 0 || source.charAt(at - 1) == '\n';
    return startsLine && text.substring(lineStart).codePoints().allMatch(PyText::isSpace)
        ? text.substring(0, lineStart)
        : text;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(TokenType.DATA, text, at);
    }
  }

  private void comment(int open) {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      at = open;
      throw JinjaException.broken("the comment has no end");
    }
    afterTag(end > at ? source.charAt(end - 1) : ' ', end + 2, true);
  }

  /** Goes on behind a tag's end, over the white space that it takes. */
  private void afterTag(char sign, int end, boolean trims) {
    at = end;
    if (sign == '-') {
      skipSpace();
    } else if (sign != '+' && trims && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
  }

  private void skipSpace() {
    while (at < source.length() && PyText.isSpace(source.codePointAt(at))) {
      at += Character.charCount(source.codePointAt(at));
    }
  }

  /** A raw block, if one begins here. */
  private boolean raw(int open) {
    int mark = at;
    skipSpace();
    if (!source.startsWith("raw", at)) {
      at = mark;
      return false;
    }
    at += "raw".length();
    skipSpace();
    boolean strips = source.startsWith("-%}", at);
    if (!strips && !source.startsWith("%}", at)) {
      at = mark;
      return false;
    }
    at += strips ? 3 : 2;
    if (strips) {
      skipSpace();
    }
    int start = at;
    for (int i = source.indexOf("{%", at); i >= 0; i = source.indexOf("{%", i + 2)) {
      at = i + 2;
      char sign = at < source.length() ? source.charAt(at) : ' ';
      if (sign == '-' || sign == '+') {
        at++;
      }
      skipSpace();
      if (source.startsWith("endraw", at)) {
        at += "endraw".length();
        skipSpace();
        char endSign = at < source.length() ? source.charAt(at) : ' ';
        int end = endSign == '-' || endSign == '+' ? at + 1 : at;
        if (source.startsWith("%}", end)) {
          at = start;
          data(stripped(source.substring(start, i), sign, true));
          afterTag(endSign, end + 2, true);
          return true;
        }
      }
    }
    at = open;
    throw JinjaException.broken("the raw block has no end");
  }

  private void expression(TokenType endType, String end) {
    int depth = 0;
    while (true) {
      skipSpace();
      if (at >= source.length()) {
        throw JinjaException.broken("the tag has no " + end);
      }
      if (depth == 0 && source.startsWith(end, at)) {
        add(endType, end, at);
        afterTag(' ', at + 2, endType == TokenType.BLOCK_END);
        return;
      }
      char c = source.charAt(at);
      boolean sign = c == '-' || (c == '+' && endType == TokenType.BLOCK_END);
      if (depth == 0 && sign && source.startsWith(end, at + 1)) {
        add(endType, end, at);
        afterTag(c, at + 3, endType == TokenType.BLOCK_END);
        return;
      }
      Token token = new Scanner(source, at).next();
      add(token.type(), token.text(), at);
      at = token.line();
      if (token.type() == TokenType.OPERATOR) {
        depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
        if (depth < 0) {
          throw JinjaException.broken("unexpected '" + token.text() + "'");
        }
      }
    }
  }

  private void add(TokenType type, String text, int where) {
    tokens.add(new Token(type, text, lineOf(where)));
  }

  /** Lines are counted on from the last place asked for, or anew for one before it. */
  private int lineOf(int where) {
    if (where < counted) {
      counted = 0;
      line = 1;
    }
    for (; counted < where && counted < source.length(); counted++) {
      if (source.charAt(counted) == '\n') {
        line++;
      }
    }
    return line;
  }
}
