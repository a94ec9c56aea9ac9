package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Callable;
import dev.pbq.jinja.PyObjects.Loop;
import dev.pbq.jinja.PyObjects.Namespace;
import dev.pbq.jinja.PyObjects.Undefined;
import dev.pbq.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs statements, which write their output behind one another. */
final class Interpreter {
  /** How a list of statements ended. */
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  private final Budget budget;
  private final Evaluator evaluator;

  Interpreter(Budget budget) {
    this.budget = budget;
    this.evaluator = new Evaluator(budget);
  }

  /** What the statements write. */
  String run(List<Statement> statements, Scope scope) {
    StringBuilder out = new StringBuilder();
    run(statements, scope, out);
    return out.toString();
  }

  private Flow run(List<Statement> statements, Scope scope, StringBuilder out) {
    budget.enter();
    for (Statement statement : statements) {
      budget.step();
      Flow flow;
      try {
        flow = run(statement, scope, out);
      } catch (JinjaException e) {
        throw e.at(statement.line());
      }
      if (flow != Flow.ON) {
        budget.leave();
        return flow;
      }
    }
    budget.leave();
    return Flow.ON;
  }

  private Flow run(Statement statement, Scope scope, StringBuilder out) {
    if (statement instanceof Statement.Text s) {
      write(s.text(), out);
    } else if (statement instanceof Statement.Print s) {
      write(Values.string(printed(s.value(), scope)), out);
    } else if (statement instanceof Statement.If s) {
      return branch(s, scope, out);
    } else if (statement instanceof Statement.For s) {
      return loop(s, scope, out);
    } else if (statement instanceof Statement.Set s) {
      assign(s.target(), evaluator.value(s.value(), scope), scope);
    } else if (statement instanceof Statement.SetBlock s) {
      String text = run(s.body(), new Scope(scope));
      assign(s.target(), evaluator.filtered(s.filter(), text, scope), scope);
    } else if (statement instanceof Statement.MacroDefinition s) {
      scope.set(s.name(), macro(s.name(), s.signature(), s.body(), scope));
    } else if (statement instanceof Statement.CallBlock s) {
      Scope inner = new Scope(scope);
      inner.set("caller", macro("caller", s.signature(), s.body(), scope));
      write(Values.string(callWith(s, scope, inner.get("caller"))), out);
    } else if (statement instanceof Statement.FilterBlock s) {
      String text = run(s.body(), new Scope(scope));
      write(Values.string(evaluator.filtered(s.filter(), text, scope)), out);
    } else if (statement instanceof Statement.With s) {
      return with(s, scope, out);
    } else if (statement instanceof Statement.Generation s) {
      write(run(s.body(), new Scope(scope)), out);
    } else {
      return statement instanceof Statement.Break ? Flow.BREAK : Flow.CONTINUE;
    }
    return Flow.ON;
  }

  /** The filter {@code safe} changes nothing where its result is printed at once. */
  private Object printed(Expr value, Scope scope) {
    return value instanceof Expr.Filter filter
            && filter.name().equals("safe")
            && filter.arguments().positional().isEmpty()
        ? printed(filter.target(), scope)
        : evaluator.value(value, scope);
  }

  private void write(String text, StringBuilder out) {
    budget.output(text);
    budget.growing((long) out.length() + text.length());
    out.append(text);
  }

  private Flow branch(Statement.If statement, Scope scope, StringBuilder out) {
    for (Statement.Branch branch : statement.branches()) {
      if (Values.truth(evaluator.value(branch.test(), scope))) {
        return run(branch.body(), scope, out);
      }
    }
    return run(statement.otherwise(), scope, out);
  }

  private Flow loop(Statement.For loop, Scope scope, StringBuilder out) {
    List<Object> items = Values.iterate(evaluator.value(loop.items(), scope));
    if (loop.filter() != null) {
      List<Object> kept = new ArrayList<>();
      for (Object item : items) {
        Scope tried = new Scope(scope);
        assign(loop.target(), item, tried);
        if (Values.truth(evaluator.value(loop.filter(), tried))) {
          kept.add(item);
        }
      }
      items = kept;
    }
    if (items.isEmpty()) {
      return run(loop.otherwise(), new Scope(scope), out);
    }
    Loop state = new Loop(items);
    for (int i = 0; i < items.size(); i++) {
      budget.step();
      state.moveTo(i);
      Scope inner = new Scope(scope);
      inner.set("loop", state);
      assign(loop.target(), items.get(i), inner);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        break;
      }
    }
    return Flow.ON;
  }

  private Flow with(Statement.With with, Scope scope, StringBuilder out) {
    Scope inner = new Scope(scope);
    for (int i = 0; i < with.targets().size(); i++) {
      assign(with.targets().get(i), evaluator.value(with.values().get(i), scope), inner);
    }
    return run(with.body(), inner, out);
  }

  private void assign(Target target, Object value, Scope scope) {
    if (target instanceof Target.Name name) {
      scope.set(name.name(), value);
    } else if (target instanceof Target.Field field) {
      if (!(scope.get(field.namespace()) instanceof Namespace namespace)) {
        throw JinjaException.broken("'" + field.namespace() + "' is no namespace");
      }
      if (field.name().startsWith("_")) {
        throw JinjaException.broken("a namespace has no field '" + field.name() + "'");
      }
      namespace.fields().put(field.name(), value);
    } else {
      List<Target> targets = ((Target.Unpack) target).targets();
      List<Object> items = Values.iterate(value);
      if (items.size() != targets.size()) {
        throw JinjaException.broken(
            "%d values for %d names".formatted(items.size(), targets.size()));
      }
      for (int i = 0; i < items.size(); i++) {
        assign(targets.get(i), items.get(i), scope);
      }
    }
  }

  private Object callWith(Statement.CallBlock block, Scope scope, Object caller) {
    Map<String, Expr> named = new LinkedHashMap<>(block.call().arguments().named());
    named.put("caller", new Expr.Const(caller, block.line()));
    return evaluator.call(
        new Expr.Call(
            block.call().target(),
            new Expr.Arguments(block.call().arguments().positional(), named),
            block.line()),
        scope);
  }

  private Callable macro(
      String name, Statement.Signature signature, List<Statement> body, Scope definedIn) {
    return (positional, named) -> {
      Scope inner = new Scope(definedIn);
      Map<String, Object> rest = new LinkedHashMap<>(named);
      List<String> names = signature.names();
      int firstDefault = names.size() - signature.defaults().size();
      if (positional.size() > names.size()) {
        throw JinjaException.unsupported(
            "a call of macro '%s' with %d arguments for %d"
                .formatted(name, positional.size(), names.size()));
      }
      for (int i = 0; i < names.size(); i++) {
        String parameter = names.get(i);
        boolean isNamed = rest.containsKey(parameter);
        Object given = rest.remove(parameter);
        if (i < positional.size()) {
          if (isNamed) {
            throw JinjaException.broken("argument '" + parameter + "' is given twice");
          }
          inner.set(parameter, positional.get(i));
        } else if (isNamed) {
          inner.set(parameter, given);
        } else {
          inner.set(
              parameter,
              i >= firstDefault
                  ? evaluator.value(signature.defaults().get(i - firstDefault), inner)
                  : new Undefined(parameter));
        }
      }
      Object caller = rest.remove("caller");
      inner.set("caller", caller == null ? new Undefined("caller") : caller);
      if (!rest.isEmpty()) {
        throw JinjaException.unsupported(
            "a call of macro '%s' with the further argument '%s'"
                .formatted(name, rest.keySet().iterator().next()));
      }
      budget.enter();
      String text = run(body, inner);
      budget.leave();
      return text;
    };
  }
}
