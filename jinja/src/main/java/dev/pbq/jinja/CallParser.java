package dev.pbq.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the names and arguments of calls, filters and tests. */
final class CallParser {
  private final TokenStream in;
  private final ExpressionParser expressions;

  CallParser(TokenStream in, ExpressionParser expressions) {
    this.in = in;
    this.expressions = expressions;
  }

  Expr.Arguments arguments() {
    in.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    Map<String, Expr> named = new LinkedHashMap<>();
    boolean more = false;
    while (!in.skipOperator(")")) {
      if (more) {
        in.expectOperator(",");
        if (in.skipOperator(")")) {
          break;
        }
      }
      more = true;
      if (in.isOperator("*") || in.isOperator("**")) {
        throw JinjaException.unsupported("a call with unpacked arguments").at(in.line());
      }
      if (in.current().type() == TokenType.NAME && in.look().is(TokenType.OPERATOR, "=")) {
        String name = in.next().text();
        in.next();
        if (named.put(name, expressions.expression()) != null) {
          throw JinjaException.broken("argument '" + name + "' is given twice").at(in.line());
        }
      } else if (!named.isEmpty()) {
        throw in.unexpected("a named argument");
      } else {
        positional.add(expressions.expression());
      }
    }
    return new Expr.Arguments(positional, named);
  }

  Expr.Arguments argumentsIfAny() {
    return in.isOperator("(") ? arguments() : new Expr.Arguments(List.of(), Map.of());
  }

  String dottedName() {
    StringBuilder name = new StringBuilder(in.expectName());
    while (in.skipOperator(".")) {
      name.append('.').append(in.expectName());
    }
    return name.toString();
  }
}
