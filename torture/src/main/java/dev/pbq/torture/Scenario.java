package dev.pbq.torture;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command that is killed.
 *
 * @param name for logs
 * @param words its arguments; relative paths are below the folder that it works in
 * @param wholes relative paths of what appears complete or not at all; those that end with {@code
 *     *} begin the names of several
 * @param replaced a command that makes, once, what stands in the folder before each start; empty if
 *     nothing does
 * @param variables of the environment
 */
record Scenario(
    String name,
    List<String> words,
    List<String> wholes,
    Optional<List<String>> replaced,
    Map<String, String> variables) {
  Scenario {
    words = List.copyOf(words);
    wholes = List.copyOf(wholes);
    variables = Map.copyOf(variables);
  }

  static Scenario of(String name, String words, String... wholes) {
    return new Scenario(
        name, List.of(words.split(" ", -1)), List.of(wholes), Optional.empty(), Map.of());
  }

  /** The same where another command's result is in the way. */
  Scenario over(String first) {
    return new Scenario(name, words, wholes, Optional.of(List.of(first.split(" ", -1))), variables);
  }

  Scenario in(Map<String, String> environment) {
    return new Scenario(name, words, wholes, replaced, environment);
  }
}
