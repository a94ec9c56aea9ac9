package dev.pbq.train.builtin;

import java.util.List;

/** The words of the distribution. Changing one changes the vocabulary and so the model. */
final class Lexicon {
  static final List<String> WOMEN =
      words(
          "Ada Bella Clara Dora Edith Freya Greta Hilda Ines Jana Karin Lena Mira Nora Olga Petra"
              + " Rosa Selma Tilda Ulla Vera Wanda Yara Zoe");
  static final List<String> MEN =
      words(
          "Adam Boris Carl David Emil Felix Georg Hugo Ivan Jonas Klaus Leo Max Nils Otto Paul"
              + " Rolf Simon Tomas Udo Viktor Willem Yannick Zeno");
  static final List<String> FAMILIES =
      words(
          "Alder Birch Brook Croft Dale Elm Fenn Glade Hale Heath Holt Keld Lark Marsh Mead Moor"
              + " Oake Pike Reed Rook Sedge Shaw Stone Thorn Vale Wade Weld Wick Wolde Wren Yarrow"
              + " Yew");
  static final List<String> TOWNS =
      words(
          "Arnby Brasted Corley Dunmere Eastwick Farrow Gilling Harwen Islip Jarrel Kelby Lorne"
              + " Malden Norwell Oxley Penrith Quarley Ransby Selwick Torrin Ulver Varley Welby"
              + " Yarm");
  static final List<String> RIVERS = words("Aske Blyth Cam Derwen Esk Froome Nidd Wend");
  static final List<String> TRADES =
      words(
          "baker carter cooper dyer farmer fiddler fisher glazier grocer hatter hunter joiner"
              + " mason miller miner nurse painter piper potter printer sailor smith tailor"
              + " teacher");
  static final List<String> ANIMALS =
      words(
          "badger bear cat cow crane crow deer dog duck fox frog goat goose hare hen horse lamb"
              + " mouse otter owl pig raven sheep toad");
  static final List<String> COLOURS =
      words("black blue brown golden green grey pink purple red silver white yellow");
  static final List<String> THINGS =
      words(
          "axe bell book bowl candle chain coin cup drum flute hammer key knife lamp map mirror"
              + " needle pipe ring rope scarf spoon sword wheel");

  static final List<String> DAYS =
      words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday");

  /** Words of a row rhyme with each other. */
  static final List<List<String>> RHYMES =
      List.of(
          words("night light sight flight"),
          words("day clay bay hay"),
          words("tree sea bee knee"),
          words("hill mill sill rill"),
          words("snow bow row glow"),
          words("rain lane plain train"),
          words("moon noon tune dune"),
          words("star tar bar jar"),
          words("wall hall stall fall"),
          words("bed shed thread bread"),
          words("door shore floor store"),
          words("ground sound mound hound"));

  private Lexicon() {}

  private static List<String> words(String line) {
    return List.of(line.split(" "));
  }
}
