package dev.pbq.train.builtin;

import java.util.List;
import java.util.Locale;

/**
 * Portraits of the people of a {@link World}: all but the order and wording of the sentences and
 * the colour of the animal follows from the name, and so does every pronoun.
 */
final class Portraits implements TextKind {
  private static final List<String> OPENINGS =
      List.of("Meet %s %s.", "This is %s %s.", "Here comes %s %s.");
  private static final List<String> CLOSINGS =
      List.of(
          " All of %s knows %s %s.",
          " The %s %s loves %s dearly.", " Nobody else in %s has %s for a neighbour.");

  private final World world;

  Portraits(World world) {
    this.world = world;
  }

  @Override
  public String write(RandomChoices choices) {
    World.Person p = world.meet(choices);
    String she = p.woman() ? "She" : "He";
    String her = p.woman() ? "Her" : "His";
    String object = p.woman() ? "her" : "him";
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, choices.pick(OPENINGS), p.first(), p.family()));
    String colour = "";
    for (int fact : choices.draw(List.of(0, 1, 2), 3)) {
      boolean plain = choices.below(2) == 0;
      switch (fact) {
        case 0 -> text.append(plain ? " " + she + " is a " : " " + her + " trade is ");
        case 1 -> text.append(plain ? " " + she + " lives in " : " " + her + " home is ");
        default -> {
          colour = choices.pick(Lexicon.COLOURS);
          text.append(plain ? " " + she + " keeps a " : " " + her + " pride is a ");
          text.append(colour).append(' ');
        }
      }
      switch (fact) {
        case 0 -> text.append(p.trade());
        case 1 -> text.append(p.town()).append(" on the ").append(world.riverOf(p.town()));
        default -> text.append(p.animal());
      }
      text.append('.');
    }
    text.append('\n');
    switch (choices.below(3)) {
      case 0 ->
          text.append(String.format(CLOSINGS.get(0), p.town(), p.first(), p.family()).strip());
      case 1 -> text.append(String.format(CLOSINGS.get(1), colour, p.animal(), object).strip());
      default -> text.append(String.format(CLOSINGS.get(2), p.town(), object).strip());
    }
    return text.append('\n').toString();
  }
}
