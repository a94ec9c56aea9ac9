package dev.pbq.tiny.train;

import java.util.List;

/** Pairs are given once and asked for in another order. */
final class Recalls implements TextKind {
  @Override
  public String write(Choices choices) {
    int size = choices.between(3, 6);
    List<String> colours = choices.draw(Lexicon.COLOURS, size);
    List<String> things = choices.draw(Lexicon.THINGS, size);
    StringBuilder text = new StringBuilder("Pairs:");
    for (int i = 0; i < size; i++) {
      text.append(i == 0 ? " " : ", ").append(colours.get(i)).append(' ').append(things.get(i));
    }
    text.append(".\nAsk:");
    String separator = " ";
    for (int i : choices.draw(indices(size), choices.between(2, size))) {
      text.append(separator).append(colours.get(i)).append(' ').append(things.get(i));
      separator = ", ";
    }
    return text.append(".\n").toString();
  }

  private static List<Integer> indices(int n) {
    return java.util.stream.IntStream.range(0, n).boxed().toList();
  }
}
