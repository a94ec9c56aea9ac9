package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Callable;
import dev.pbq.jinja.PyObjects.Tuple;
import dev.pbq.jinja.PyObjects.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Computes expressions. */
final class Evaluator {
  private final Budget budget;
  private final Methods methods;
  private final Tests tests = new Tests();
  private final Filters filters;

  Evaluator(Budget budget) {
    this.budget = budget;
    this.methods = new Methods(budget);
    this.filters = new Filters(budget, tests);
  }

  Object value(Expr expr, Scope scope) {
    budget.step();
    budget.enter();
    try {
      return compute(expr, scope);
    } catch (JinjaException e) {
      throw e.at(expr.line());
    } finally {
      budget.leave();
    }
  }

  private Object compute(Expr expr, Scope scope) {
    if (expr instanceof Expr.Const e) {
      return e.value();
    }
    if (expr instanceof Expr.Name e) {
      return scope.get(e.name());
    }
    if (expr instanceof Expr.ListOf e) {
      List<Object> items = values(e.items(), scope);
      return e.tuple() ? new Tuple(items) : items;
    }
    if (expr instanceof Expr.DictOf e) {
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < e.keys().size(); i++) {
        map.put(Values.key(value(e.keys().get(i), scope)), value(e.values().get(i), scope));
      }
      return map;
    }
    if (expr instanceof Expr.Attribute e) {
      return methods.attribute(value(e.target(), scope), e.name());
    }
    if (expr instanceof Expr.Item e) {
      return methods.item(value(e.target(), scope), value(e.index(), scope));
    }
    if (expr instanceof Expr.Slice e) {
      Object target = value(e.target(), scope);
      return methods.slice(
          target, optional(e.start(), scope), optional(e.stop(), scope), optional(e.step(), scope));
    }
    if (expr instanceof Expr.Call e) {
      return call(e, scope);
    }
    if (expr instanceof Expr.Filter e) {
      return filter(e, value(e.target(), scope), scope);
    }
    if (expr instanceof Expr.Test e) {
      return tests.holds(
          e.name(),
          value(e.target(), scope),
          values(e.arguments().positional(), scope),
          named(e.arguments(), scope));
    }
    if (expr instanceof Expr.Not e) {
      return !Values.truth(value(e.target(), scope));
    }
    if (expr instanceof Expr.Logic e) {
      Object left = value(e.left(), scope);
      return Values.truth(left) == e.and() ? value(e.right(), scope) : left;
    }
    if (expr instanceof Expr.Compare e) {
      return comparison(e, scope);
    }
    if (expr instanceof Expr.Conditional e) {
      if (Values.truth(value(e.test(), scope))) {
        return value(e.then(), scope);
      }
      return e.otherwise() == null
          ? new Undefined("the other case of an 'if' without 'else'")
          : value(e.otherwise(), scope);
    }
    if (expr instanceof Expr.Concat e) {
      StringBuilder out = new StringBuilder();
      for (Expr part : e.parts()) {
        out.append(Values.string(value(part, scope)));
        budget.growing(out.length());
      }
      return out.toString();
    }
    if (expr instanceof Expr.Sign e) {
      return signed(e, value(e.target(), scope));
    }
    Expr.Binary e = (Expr.Binary) expr;
    return binary(e.operator(), value(e.left(), scope), value(e.right(), scope));
  }

  private Object optional(Expr expr, Scope scope) {
    return expr == null ? null : value(expr, scope);
  }

  private List<Object> values(List<Expr> exprs, Scope scope) {
    List<Object> values = new ArrayList<>(exprs.size());
    for (Expr expr : exprs) {
      values.add(value(expr, scope));
    }
    return values;
  }

  private Map<String, Object> named(Expr.Arguments arguments, Scope scope) {
    Map<String, Object> named = new LinkedHashMap<>();
    arguments.named().forEach((name, expr) -> named.put(name, value(expr, scope)));
    return named;
  }

  Object call(Expr.Call call, Scope scope) {
    Object target = value(call.target(), scope);
    if (target instanceof Undefined undefined) {
      throw Methods.undefined(undefined);
    }
    if (!(target instanceof Callable function)) {
      throw JinjaException.broken(Values.type(target) + " cannot be called");
    }
    return function.call(
        values(call.arguments().positional(), scope), named(call.arguments(), scope));
  }

  private Object filter(Expr.Filter filter, Object target, Scope scope) {
    return filters.apply(
        filter.name(),
        target,
        values(filter.arguments().positional(), scope),
        named(filter.arguments(), scope));
  }

  /** Filters, one behind the other, on the text of a block. */
  Object filtered(Expr chain, String text, Scope scope) {
    if (chain == null) {
      return text;
    }
    Expr.Filter filter = (Expr.Filter) chain;
    try {
      return filter(filter, filtered(filter.target(), text, scope), scope);
    } catch (JinjaException e) {
      throw e.at(filter.line());
    }
  }

  private boolean comparison(Expr.Compare compare, Scope scope) {
    Object left = value(compare.first(), scope);
    for (int i = 0; i < compare.operators().size(); i++) {
      Object right = value(compare.others().get(i), scope);
      boolean holds =
          switch (compare.operators().get(i)) {
            case "==" -> Values.equal(left, right);
            case "!=" -> !Values.equal(left, right);
            case "<" -> Values.compare(left, right) < 0;
            case "<=" -> Values.compare(left, right) <= 0;
            case ">" -> Values.compare(left, right) > 0;
            case ">=" -> Values.compare(left, right) >= 0;
            case "in" -> Values.contains(right, left);
            default -> !Values.contains(right, left);
          };
      if (!holds) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private static Object signed(Expr.Sign sign, Object value) {
    if (!Values.isNumber(value)) {
      throw JinjaException.broken("a sign before " + Values.type(value));
    }
    if (value instanceof Double d) {
      return sign.minus() ? -d : d;
    }
    return Numbers.compute(sign.minus() ? "-" : "+", 0L, value);
  }

  private Object binary(String operator, Object a, Object b) {
    if (Values.isNumber(a) && Values.isNumber(b)) {
      return Numbers.compute(operator, a, b);
    }
    if (operator.equals("+")) {
      if (a instanceof String x && b instanceof String y) {
        budget.text((long) x.length() + y.length());
        return x + y;
      }
      if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
        List<Object> sum = new ArrayList<>(Values.sized(a));
        sum.addAll(Values.sized(b));
        budget.made(sum);
        return a instanceof Tuple ? new Tuple(sum) : sum;
      }
    }
    if (operator.equals("*") && Numbers.isWhole(b) && repeatable(a)) {
      return repeat(a, Numbers.whole(b));
    }
    if (operator.equals("*") && Numbers.isWhole(a) && repeatable(b)) {
      return repeat(b, Numbers.whole(a));
    }
    if (operator.equals("%") && a instanceof String) {
      throw JinjaException.unsupported("formatting a string by '%'");
    }
    throw JinjaException.broken(
        "'%s' of %s and %s".formatted(operator, Values.type(a), Values.type(b)));
  }

  private static boolean repeatable(Object value) {
    return value instanceof String || value instanceof List || value instanceof Tuple;
  }

  private Object repeat(Object value, long times) {
    long count = Math.max(0, Math.min(times, Integer.MAX_VALUE));
    if (value instanceof String s) {
      budget.text(s.length() * count);
      return s.isEmpty() ? s : s.repeat((int) count);
    }
    List<Object> items = Values.sized(value);
    budget.items(items.size() * count);
    List<Object> repeated = new ArrayList<>();
    for (long i = 0; i < count && !items.isEmpty(); i++) {
      repeated.addAll(items);
    }
    return value instanceof Tuple ? new Tuple(repeated) : repeated;
  }
}
