package dev.pbq.train.builtin;

/** Sums, arithmetic progressions and days of the week. */
final class Arithmetic implements TextKind {
  @Override
  public String write(RandomChoices choices) {
    return switch (choices.below(4)) {
      case 0, 1 -> sums(choices);
      case 2 -> steps(choices);
      default -> days(choices);
    };
  }

  private static String sums(RandomChoices choices) {
    StringBuilder text = new StringBuilder("Add:");
    for (int i = 0; i < 4; i++) {
      int a = choices.between(1, 89);
      int b = choices.between(1, 99 - a);
      text.append(i == 0 ? "" : ",").append(a).append('+').append(b).append('=').append(a + b);
    }
    return text.append(".\n").toString();
  }

  private static String steps(RandomChoices choices) {
    int step = choices.between(2, 12);
    int start = choices.between(1, 12);
    int length = choices.between(5, 8);
    StringBuilder text = new StringBuilder("Steps of ").append(step).append(':');
    for (int i = 0; i < length; i++) {
      text.append(i == 0 ? "" : ",").append(start + i * step);
    }
    return text.append(".\n").toString();
  }

  private static String days(RandomChoices choices) {
    StringBuilder text = new StringBuilder("Days:");
    for (int i = 0; i < 4; i++) {
      int from = choices.below(7);
      int later = choices.between(1, 9);
      text.append(i == 0 ? " " : ", ").append(Lexicon.DAYS.get(from)).append('+').append(later);
      text.append("= ").append(Lexicon.DAYS.get((from + later) % 7));
    }
    return text.append(".\n").toString();
  }
}
