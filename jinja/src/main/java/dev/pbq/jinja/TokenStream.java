package dev.pbq.jinja;

import java.util.List;

/** The tokens of a template with a place among them, and the depth of what is being read. */
final class TokenStream {
  private final List<Token> tokens;
  private final int maxDepth;
  private int at;
  private int depth;

  TokenStream(List<Token> tokens, int maxDepth) {
    this.tokens = tokens;
    this.maxDepth = maxDepth;
  }

  Token current() {
    return tokens.get(at);
  }

  Token look() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  Token next() {
    Token token = current();
    if (token.type() != TokenType.END) {
      at++;
    }
    return token;
  }

  boolean isOperator(String text) {
    return current().is(TokenType.OPERATOR, text);
  }

  boolean isName(String text) {
    return current().is(TokenType.NAME, text);
  }

  boolean skipOperator(String text) {
    boolean is = isOperator(text);
    if (is) {
      at++;
    }
    return is;
  }

  boolean skipName(String text) {
    boolean is = isName(text);
    if (is) {
      at++;
    }
    return is;
  }

  void expectOperator(String text) {
    if (!skipOperator(text)) {
      throw unexpected("'" + text + "'");
    }
  }

  String expectName() {
    if (current().type() != TokenType.NAME) {
      throw unexpected("a name");
    }
    return next().text();
  }

  void expect(TokenType type, String what) {
    if (current().type() != type) {
      throw unexpected(what);
    }
    at++;
  }

  /** Goes one level down in nested things. */
  void enter() {
    if (++depth > maxDepth) {
      throw JinjaException.limit("nested more than " + maxDepth + " deep").at(line());
    }
  }

  void leave() {
    depth--;
  }

  JinjaException unexpected(String wanted) {
    return JinjaException.broken("'" + current().text().strip() + "' where " + wanted + " belongs")
        .at(line());
  }
}
