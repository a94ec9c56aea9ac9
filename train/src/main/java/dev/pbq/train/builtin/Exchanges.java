package dev.pbq.train.builtin;

import java.util.ArrayList;
import java.util.List;

/**
 * Texts in which things go from hand to hand; who gives, and who has what in the end, follows from
 * the sentences before.
 */
final class Exchanges implements TextKind {
  private static final List<String> NAMES = names();

  @Override
  public String write(RandomChoices choices) {
    int size = choices.between(2, 4);
    List<String> people = choices.draw(NAMES, size);
    List<String> things = choices.draw(Lexicon.THINGS, size);
    int[] owner = new int[size];
    StringBuilder text = new StringBuilder("Once");
    for (int i = 0; i < size; i++) {
      owner[i] = i;
      text.append(i == 0 ? " " : ", ").append(people.get(i)).append(" had the ");
      text.append(things.get(i));
    }
    text.append(".\n");
    int moves = choices.between(1, 4);
    for (int m = 0; m < moves; m++) {
      int thing = choices.below(size);
      int other = choices.below(size - 1);
      int receiver = other < owner[thing] ? other : other + 1;
      text.append(m == 0 ? "The " : " The ").append(things.get(thing));
      text.append(" went from ").append(people.get(owner[thing]));
      text.append(" to ").append(people.get(receiver)).append('.');
      owner[thing] = receiver;
    }
    text.append("\nNow");
    for (int i = 0; i < size; i++) {
      text.append(i == 0 ? " " : ", ").append(people.get(owner[i])).append(" has the ");
      text.append(things.get(i));
    }
    return text.append(".\n").toString();
  }

  private static List<String> names() {
    List<String> all = new ArrayList<>(Lexicon.WOMEN);
    all.addAll(Lexicon.MEN);
    return List.copyOf(all);
  }
}
