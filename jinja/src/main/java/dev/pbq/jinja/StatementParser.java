package dev.pbq.jinja;

import dev.pbq.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a template's statements. */
final class StatementParser {
  private static final Set<String> REFUSED =
      Set.of("block", "extends", "include", "import", "from", "autoescape", "print", "do", "trans");

  private final TokenStream in;
  private final ExpressionParser expressions;
  private int loops;

  private StatementParser(TokenStream in) {
    this.in = in;
    this.expressions = new ExpressionParser(in);
  }

  static List<Statement> parse(String template, JinjaLimits limits) {
    TokenStream in = new TokenStream(Lexer.tokens(template), limits.depth());
    StatementParser parser = new StatementParser(in);
    try {
      List<Statement> all = parser.body(Set.of());
      if (in.current().type() != TokenType.END) {
        throw in.unexpected("a statement");
      }
      return all;
    } catch (JinjaException e) {
      throw e.at(in.line());
    }
  }

  /** Statements up to a block that begins with one of the names, which is not taken. */
  private List<Statement> body(Set<String> ends) {
    in.enter();
    List<Statement> body = new ArrayList<>();
    while (true) {
      Token token = in.current();
      switch (token.type()) {
        case DATA -> {
          in.next();
          body.add(new Statement.Text(token.text(), token.line()));
        }
        case VARIABLE_BEGIN -> {
          in.next();
          body.add(new Statement.Print(expressions.tuple(true), token.line()));
          in.expect(TokenType.VARIABLE_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          if (in.look().type() == TokenType.NAME && ends.contains(in.look().text())) {
            in.leave();
            return body;
          }
          in.next();
          body.add(statement(token.line()));
        }
        default -> {
          if (!ends.isEmpty()) {
            throw in.unexpected("'{% " + String.join(" %}' or '{% ", ends) + " %}'");
          }
          in.leave();
          return body;
        }
      }
    }
  }

  private void endBlock() {
    in.expect(TokenType.BLOCK_END, "'%}'");
  }

  /** The body up to {@code end}, which is taken. */
  private List<Statement> bodyUpTo(String end) {
    endBlock();
    List<Statement> body = body(Set.of(end));
    in.next();
    in.next();
    endBlock();
    return body;
  }

  private Statement statement(int line) {
    String name = in.expectName();
    return switch (name) {
      case "if" -> conditional(line);
      case "for" -> loop(line);
      case "set" -> assignment(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> {
        Expr filter = expressions.filterChain(null);
        yield new Statement.FilterBlock(filter, bodyUpTo("endfilter"), line);
      }
      case "with" -> with(line);
      case "generation" -> new Statement.Generation(bodyUpTo("endgeneration"), line);
      case "break", "continue" -> {
        if (loops == 0) {
          throw JinjaException.broken("'" + name + "' outside of a loop").at(line);
        }
        endBlock();
        yield name.equals("break") ? new Statement.Break(line) : new Statement.Continue(line);
      }
      default -> {
        if (REFUSED.contains(name)) {
          throw JinjaException.unsupported("the statement '" + name + "'").at(line);
        }
        throw JinjaException.broken("there is no statement '" + name + "'").at(line);
      }
    };
  }

  private Statement conditional(int line) {
    List<Statement.Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    Expr test = expressions.tuple(false);
    while (true) {
      endBlock();
      branches.add(new Statement.Branch(test, body(Set.of("elif", "else", "endif"))));
      in.next();
      String end = in.expectName();
      if (end.equals("elif")) {
        test = expressions.tuple(false);
        continue;
      }
      if (end.equals("else")) {
        otherwise = bodyUpTo("endif");
      } else {
        endBlock();
      }
      return new Statement.If(branches, otherwise, line);
    }
  }

  private Statement loop(int line) {
    Target target = target();
    if (!in.skipName("in")) {
      throw in.unexpected("'in'");
    }
    Expr items = expressions.tuple(false);
    Expr filter = in.skipName("if") ? expressions.expression() : null;
    if (in.isName("recursive")) {
      throw JinjaException.unsupported("a recursive loop").at(line);
    }
    endBlock();
    loops++;
    List<Statement> body = body(Set.of("endfor", "else"));
    loops--;
    in.next();
    List<Statement> otherwise = List.of();
    if (in.expectName().equals("else")) {
      otherwise = bodyUpTo("endfor");
    } else {
      endBlock();
    }
    return new Statement.For(target, items, filter, body, otherwise, line);
  }

  private Target target() {
    List<Target> targets = new ArrayList<>(List.of(oneTarget()));
    boolean several = false;
    while (in.skipOperator(",")) {
      several = true;
      if (in.current().type() != TokenType.NAME && !in.isOperator("(")) {
        break;
      }
      targets.add(oneTarget());
    }
    return several ? new Target.Unpack(targets) : targets.get(0);
  }

  private Target oneTarget() {
    if (in.skipOperator("(")) {
      Target inner = target();
      in.expectOperator(")");
      return inner;
    }
    String name = in.expectName();
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
      throw JinjaException.broken("'" + name + "' cannot be given a value").at(in.line());
    }
    return in.skipOperator(".") ? new Target.Field(name, in.expectName()) : new Target.Name(name);
  }

  private Statement assignment(int line) {
    Target target = target();
    if (in.skipOperator("=")) {
      Expr value = expressions.tuple(true);
      endBlock();
      return new Statement.Set(target, value, line);
    }
    Expr filter = in.skipOperator("|") ? expressions.filterChain(null) : null;
    return new Statement.SetBlock(target, filter, bodyUpTo("endset"), line);
  }

  private Statement.Signature signature() {
    List<String> names = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    in.expectOperator("(");
    while (!in.skipOperator(")")) {
      if (!names.isEmpty()) {
        in.expectOperator(",");
      }
      names.add(in.expectName());
      if (in.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw in.unexpected("'='");
      }
    }
    return new Statement.Signature(names, defaults);
  }

  private Statement macro(int line) {
    String name = in.expectName();
    Statement.Signature signature = signature();
    return new Statement.MacroDefinition(name, signature, outsideOfLoops("endmacro"), line);
  }

  private List<Statement> outsideOfLoops(String end) {
    int outer = loops;
    loops = 0;
    List<Statement> body = bodyUpTo(end);
    loops = outer;
    return body;
  }

  private Statement callBlock(int line) {
    Statement.Signature signature =
        in.isOperator("(") ? signature() : new Statement.Signature(List.of(), List.of());
    if (!(expressions.expression() instanceof Expr.Call call)) {
      throw in.unexpected("a call");
    }
    return new Statement.CallBlock(signature, call, outsideOfLoops("endcall"), line);
  }

  private Statement with(int line) {
    List<Target> targets = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (in.current().type() != TokenType.BLOCK_END) {
      if (!targets.isEmpty()) {
        in.expectOperator(",");
      }
      targets.add(oneTarget());
      in.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statement.With(targets, values, bodyUpTo("endwith"), line);
  }
}
