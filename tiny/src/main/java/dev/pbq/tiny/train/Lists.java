package dev.pbq.tiny.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lists of fruits, then the same list copied, reversed, sorted or counted. */
final class Lists implements TextKind {
  @Override
  public String write(Choices choices) {
    return switch (choices.below(4)) {
      case 0 -> "Copy" + arrow(distinct(choices, 8), list -> list);
      case 1 -> "Reverse" + arrow(distinct(choices, 8), Lists::reversed);
      case 2 -> "Sort" + arrow(distinct(choices, 7), Lists::sorted);
      default -> count(choices);
    };
  }

  private static List<String> distinct(Choices choices, int longest) {
    return choices.draw(Lexicon.FRUITS, choices.between(3, longest));
  }

  private static String arrow(
      List<String> items, java.util.function.UnaryOperator<List<String>> rule) {
    return " " + String.join(" ", items) + ":\n" + String.join(" ", capitalised(rule.apply(items)));
  }

  private static List<String> capitalised(List<String> items) {
    List<String> result = new ArrayList<>(items);
    result.set(0, "so " + items.get(0));
    result.set(items.size() - 1, items.get(items.size() - 1) + ".\n");
    return result;
  }

  private static List<String> reversed(List<String> items) {
    List<String> result = new ArrayList<>(items);
    Collections.reverse(result);
    return result;
  }

  private static List<String> sorted(List<String> items) {
    return items.stream().sorted().toList();
  }

  private static String count(Choices choices) {
    List<String> kinds = choices.draw(Lexicon.FRUITS, choices.between(2, 3));
    int length = choices.between(4, 9);
    int[] counts = new int[kinds.size()];
    StringBuilder text = new StringBuilder("Count ");
    text.append(String.join(" and ", kinds)).append(" in");
    for (int i = 0; i < length; i++) {
      int kind = choices.below(kinds.size());
      counts[kind]++;
      text.append(' ').append(kinds.get(kind));
    }
    text.append(":\nso");
    for (int i = 0; i < counts.length; i++) {
      text.append(i == 0 ? " " : ", ").append(kinds.get(i)).append('=').append(counts[i]);
    }
    return text.append(".\n").toString();
  }
}
