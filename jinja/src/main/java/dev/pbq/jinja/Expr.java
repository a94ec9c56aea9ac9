package dev.pbq.jinja;

import java.util.List;
import java.util.Map;

/** An expression of a template, as read; every one knows its line. */
sealed interface Expr {
  int line();

  record Const(Object value, int line) implements Expr {}

  record Name(String name, int line) implements Expr {}

  record ListOf(List<Expr> items, boolean tuple, int line) implements Expr {}

  record DictOf(List<Expr> keys, List<Expr> values, int line) implements Expr {}

  record Attribute(Expr target, String name, int line) implements Expr {}

  record Item(Expr target, Expr index, int line) implements Expr {}

  /** {@code target[start:stop:step]}; what is left out is null. */
  record Slice(Expr target, Expr start, Expr stop, Expr step, int line) implements Expr {}

  record Arguments(List<Expr> positional, Map<String, Expr> named) {}

  record Call(Expr target, Arguments arguments, int line) implements Expr {}

  /** {@code target | name(...)}; the target of a filter block is null. */
  record Filter(Expr target, String name, Arguments arguments, int line) implements Expr {}

  record Test(Expr target, String name, Arguments arguments, int line) implements Expr {}

  record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

  record Sign(boolean minus, Expr target, int line) implements Expr {}

  record Not(Expr target, int line) implements Expr {}

  /** {@code and} or {@code or}. */
  record Logic(boolean and, Expr left, Expr right, int line) implements Expr {}

  /** {@code first < second <= third ...}. */
  record Compare(Expr first, List<String> operators, List<Expr> others, int line) implements Expr {}

  /** {@code a ~ b ~ c}. */
  record Concat(List<Expr> parts, int line) implements Expr {}

  /** {@code then if test else otherwise}; the last may be null. */
  record Conditional(Expr then, Expr test, Expr otherwise, int line) implements Expr {}
}
