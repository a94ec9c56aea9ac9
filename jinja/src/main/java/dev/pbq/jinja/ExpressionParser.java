package dev.pbq.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions, with the precedence of Jinja's own parser. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> OPENING = Set.of("(", "[", "{");

  private final TokenStream in;
  private final CallParser calls;

  ExpressionParser(TokenStream in) {
    this.in = in;
    this.calls = new CallParser(in, this);
  }

  Expr expression() {
    in.enter();
    Expr then = or();
    while (in.isName("if")) {
      int line = in.next().line();
      Expr test = or();
      Expr otherwise = in.skipName("else") ? expression() : null;
      then = new Expr.Conditional(then, test, otherwise, line);
    }
    in.leave();
    return then;
  }

  /** One expression, or several parted by commas, which are a tuple. */
  Expr tuple(boolean withCondition) {
    int line = in.line();
    Expr first = withCondition ? expression() : or();
    if (!in.isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (in.skipOperator(",")) {
      if (endsTuple()) {
        break;
      }
      items.add(withCondition ? expression() : or());
    }
    return new Expr.ListOf(items, true, line);
  }

  private boolean endsTuple() {
    return in.current().type() == TokenType.BLOCK_END
        || in.current().type() == TokenType.VARIABLE_END
        || in.isOperator(")");
  }

  Expr or() {
    Expr left = and();
    while (in.isName("or")) {
      int line = in.next().line();
      left = new Expr.Logic(false, left, and(), line);
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (in.isName("and")) {
      int line = in.next().line();
      left = new Expr.Logic(true, left, not(), line);
    }
    return left;
  }

  private Expr not() {
    if (!in.isName("not")) {
      return comparison();
    }
    in.enter();
    int line = in.next().line();
    Expr negated = new Expr.Not(not(), line);
    in.leave();
    return negated;
  }

  private Expr comparison() {
    int line = in.line();
    Expr first = sum();
    List<String> operators = new ArrayList<>();
    List<Expr> others = new ArrayList<>();
    while (true) {
      Token token = in.current();
      if (token.type() == TokenType.OPERATOR && COMPARISONS.contains(token.text())) {
        operators.add(in.next().text());
      } else if (in.skipName("in")) {
        operators.add("in");
      } else if (in.isName("not") && in.look().is(TokenType.NAME, "in")) {
        in.next();
        in.next();
        operators.add("not in");
      } else {
        break;
      }
      others.add(sum());
    }
    return operators.isEmpty() ? first : new Expr.Compare(first, operators, others, line);
  }

  private Expr sum() {
    Expr left = concat();
    while (in.isOperator("+") || in.isOperator("-")) {
      Token operator = in.next();
      left = new Expr.Binary(operator.text(), left, concat(), operator.line());
    }
    return left;
  }

  private Expr concat() {
    int line = in.line();
    List<Expr> parts = new ArrayList<>(List.of(product()));
    while (in.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.get(0) : new Expr.Concat(parts, line);
  }

  private Expr product() {
    Expr left = power();
    while (in.isOperator("*") || in.isOperator("/") || in.isOperator("//") || in.isOperator("%")) {
      Token operator = in.next();
      left = new Expr.Binary(operator.text(), left, power(), operator.line());
    }
    return left;
  }

  private Expr power() {
    Expr left = unary(true);
    while (in.isOperator("**")) {
      Token operator = in.next();
      left = new Expr.Binary("**", left, unary(true), operator.line());
    }
    return left;
  }

  private Expr unary(boolean withFilter) {
    in.enter();
    int line = in.line();
    Expr node =
        in.skipOperator("-")
            ? new Expr.Sign(true, unary(false), line)
            : in.skipOperator("+") ? new Expr.Sign(false, unary(false), line) : primary();
    node = postfix(node);
    in.leave();
    return withFilter ? filters(node) : node;
  }

  private Expr primary() {
    Token token = in.current();
    switch (token.type()) {
      case NAME -> {
        in.next();
        return switch (token.text()) {
          case "true", "True" -> new Expr.Const(true, token.line());
          case "false", "False" -> new Expr.Const(false, token.line());
          case "none", "None" -> new Expr.Const(null, token.line());
          default -> new Expr.Name(token.text(), token.line());
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (in.current().type() == TokenType.STRING) {
          text.append(in.next().text());
        }
        return new Expr.Const(text.toString(), token.line());
      }
      case INTEGER -> {
        in.next();
        try {
          return new Expr.Const(Long.parseLong(token.text()), token.line());
        } catch (NumberFormatException e) {
          throw JinjaException.unsupported("a whole number beyond 64 bits").at(token.line());
        }
      }
      case FLOAT -> {
        in.next();
        return new Expr.Const(Double.parseDouble(token.text()), token.line());
      }
      case OPERATOR -> {
        if (in.skipOperator("(")) {
          Expr inner =
              in.isOperator(")") ? new Expr.ListOf(List.of(), true, token.line()) : tuple(true);
          in.expectOperator(")");
          return inner;
        }
        if (in.skipOperator("[")) {
          return new Expr.ListOf(items("]"), false, token.line());
        }
        if (in.skipOperator("{")) {
          return dict(token.line());
        }
      }
      default -> {}
    }
    throw in.unexpected("an expression");
  }

  private List<Expr> items(String end) {
    List<Expr> items = new ArrayList<>();
    while (!in.skipOperator(end)) {
      if (!items.isEmpty()) {
        in.expectOperator(",");
        if (in.skipOperator(end)) {
          break;
        }
      }
      items.add(expression());
    }
    return items;
  }

  private Expr dict(int line) {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!in.skipOperator("}")) {
      if (!keys.isEmpty()) {
        in.expectOperator(",");
        if (in.skipOperator("}")) {
          break;
        }
      }
      keys.add(expression());
      in.expectOperator(":");
      values.add(expression());
    }
    return new Expr.DictOf(keys, values, line);
  }

  private Expr postfix(Expr start) {
    Expr node = start;
    while (true) {
      int line = in.line();
      if (in.skipOperator(".")) {
        node =
            in.current().type() == TokenType.INTEGER
                ? new Expr.Item(node, primary(), line)
                : new Expr.Attribute(node, in.expectName(), line);
      } else if (in.skipOperator("[")) {
        node = subscript(node, line);
      } else if (in.isOperator("(")) {
        node = new Expr.Call(node, calls.arguments(), line);
      } else {
        return node;
      }
    }
  }

  private Expr subscript(Expr target, int line) {
    Expr start = in.isOperator(":") ? null : expression();
    if (in.isOperator(",")) {
      throw JinjaException.unsupported("an index of several values").at(line);
    }
    if (!in.skipOperator(":")) {
      in.expectOperator("]");
      return new Expr.Item(target, start, line);
    }
    Expr stop = in.isOperator(":") || in.isOperator("]") ? null : expression();
    Expr step = in.skipOperator(":") && !in.isOperator("]") ? expression() : null;
    in.expectOperator("]");
    return new Expr.Slice(target, start, stop, step, line);
  }

  /** Filters, tests and calls behind an expression. */
  private Expr filters(Expr start) {
    Expr node = start;
    while (true) {
      int line = in.line();
      if (in.skipOperator("|")) {
        node = filter(node);
      } else if (in.skipName("is")) {
        node = test(node, line);
      } else if (in.isOperator("(")) {
        node = new Expr.Call(node, calls.arguments(), line);
      } else {
        return node;
      }
    }
  }

  /** A filter's name and arguments, and further filters after it, on a target that may be null. */
  Expr filterChain(Expr target) {
    Expr node = filter(target);
    while (in.skipOperator("|")) {
      node = filter(node);
    }
    return node;
  }

  private Expr filter(Expr target) {
    int line = in.line();
    String name = calls.dottedName();
    return new Expr.Filter(target, name, calls.argumentsIfAny(), line);
  }

  private Expr test(Expr target, int line) {
    boolean negated = in.skipName("not");
    String name = calls.dottedName();
    Expr.Arguments arguments = new Expr.Arguments(List.of(), Map.of());
    if (in.isOperator("(")) {
      arguments = calls.arguments();
    } else if (beginsOperand()) {
      if (in.isName("is")) {
        throw JinjaException.broken("tests cannot follow one another with 'is'").at(line);
      }
      arguments = new Expr.Arguments(List.of(postfix(primary())), Map.of());
    }
    Expr test = new Expr.Test(target, name, arguments, line);
    return negated ? new Expr.Not(test, line) : test;
  }

  private boolean beginsOperand() {
    Token token = in.current();
    return switch (token.type()) {
      case NAME -> !Set.of("else", "or", "and", "if", "not", "in").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> OPENING.contains(token.text());
      default -> false;
    };
  }
}
