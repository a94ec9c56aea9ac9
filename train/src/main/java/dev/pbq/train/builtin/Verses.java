package dev.pbq.train.builtin;

import java.util.List;

/** Four lines, rhymed crosswise. */
final class Verses implements TextKind {
  private static final List<String> VERBS = List.of("sang", "slept", "danced", "waited");
  private static final List<String> PLACES = List.of("by", "under", "near", "behind");

  @Override
  public String write(RandomChoices choices) {
    List<List<String>> rhymes = choices.draw(Lexicon.RHYMES, 2);
    List<String> a = choices.draw(rhymes.get(0), 2);
    List<String> b = choices.draw(rhymes.get(1), 2);
    String colour = choices.pick(Lexicon.COLOURS);
    String animal = choices.pick(Lexicon.ANIMALS);
    String other = choices.pick(Lexicon.ANIMALS);
    return "A "
        + colour
        + " "
        + animal
        + " "
        + verse(choices, a.get(0))
        + "\nand a "
        + other
        + " "
        + verse(choices, b.get(0))
        + ".\nThe "
        + animal
        + " "
        + verse(choices, a.get(1))
        + "\nand the "
        + other
        + " "
        + verse(choices, b.get(1))
        + ".\n";
  }

  private static String verse(RandomChoices choices, String rhyme) {
    return choices.pick(VERBS) + " " + choices.pick(PLACES) + " the " + rhyme;
  }
}
