package dev.pbq.train.builtin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options of the training programs, {@code --name value}. */
final class Options {
  private final Map<String, String> values = new LinkedHashMap<>();

  private Options() {}

  /**
   * @throws IllegalArgumentException for a name that is not known or has no value
   */
  static Options parse(String[] args, String... known) {
    Options options = new Options();
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : args[i];
      if (!List.of(known).contains(name) || i + 1 == args.length) {
        throw new IllegalArgumentException(
            args[i] + ": known options are " + List.of(known) + ", each with a value");
      }
      options.values.put(name, args[i + 1]);
    }
    return options;
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  int integer(String name, int otherwise) {
    return Integer.parseInt(text(name, Integer.toString(otherwise)));
  }

  double number(String name, double otherwise) {
    return Double.parseDouble(text(name, Double.toString(otherwise)));
  }
}
