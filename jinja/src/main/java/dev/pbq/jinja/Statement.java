package dev.pbq.jinja;

import java.util.List;

/** A statement of a template, as read; every one knows its line. */
sealed interface Statement {
  int line();

  record Text(String text, int line) implements Statement {}

  record Print(Expr value, int line) implements Statement {}

  record Branch(Expr test, List<Statement> body) {}

  record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {}

  /** {@code filter} may be null. */
  record For(
      Target target,
      Expr items,
      Expr filter,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record Set(Target target, Expr value, int line) implements Statement {}

  /** {@code filter} has a null at its root for the block's text, or is null. */
  record SetBlock(Target target, Expr filter, List<Statement> body, int line)
      implements Statement {}

  /** The parameters of a macro; those behind have the defaults. */
  record Signature(List<String> names, List<Expr> defaults) {}

  record MacroDefinition(String name, Signature signature, List<Statement> body, int line)
      implements Statement {}

  record CallBlock(Signature signature, Expr.Call call, List<Statement> body, int line)
      implements Statement {}

  record FilterBlock(Expr filter, List<Statement> body, int line) implements Statement {}

  record With(List<Target> targets, List<Expr> values, List<Statement> body, int line)
      implements Statement {}

  /** A {@code generation} block: its text, in a scope of its own. */
  record Generation(List<Statement> body, int line) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /** What a value is given to. */
  sealed interface Target {
    record Name(String name) implements Target {}

    /** A field of a namespace. */
    record Field(String namespace, String name) implements Target {}

    record Unpack(List<Target> targets) implements Target {}
  }
}
