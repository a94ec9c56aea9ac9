package dev.pbq.jinja;

import java.util.List;

/** Counts what rendering takes against the limits. */
final class Budget {
  private final JinjaLimits limits;
  private long steps;
  private long produced;
  private int depth;

  Budget(JinjaLimits limits) {
    this.limits = limits;
  }

  void step() {
    steps(1);
  }

  void steps(long count) {
    steps += count;
    if (steps > limits.steps()) {
      throw JinjaException.limit("more than " + limits.steps() + " steps");
    }
  }

  void enter() {
    if (++depth > limits.depth()) {
      throw JinjaException.limit("nested more than " + limits.depth() + " deep");
    }
  }

  void leave() {
    depth--;
  }

  /** Checks a length before such a string is made; strings also count as steps. */
  void text(long chars) {
    growing(chars);
    steps(chars >> 6);
  }

  /** Checks the length of a text that parts are added to. */
  void growing(long chars) {
    if (chars > limits.outputChars()) {
      throw JinjaException.limit("a text of more than " + limits.outputChars() + " characters");
    }
  }

  /** Checks a length before such a list is made. */
  void items(long count) {
    if (count > limits.items()) {
      throw JinjaException.limit("a list of more than " + limits.items() + " items");
    }
    steps(count >> 3);
  }

  /** Counts what is written, also into blocks and macros. */
  void output(String text) {
    produced += text.length();
    if (produced > 4L * limits.outputChars()) {
      throw JinjaException.limit("more than " + limits.outputChars() + " characters of output");
    }
  }

  /** Checks a value that a filter or method has made. */
  Object made(Object value) {
    if (value instanceof String s) {
      text(s.length());
    } else if (value instanceof List<?> list) {
      items(list.size());
    }
    return value;
  }
}
