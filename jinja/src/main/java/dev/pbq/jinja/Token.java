package dev.pbq.jinja;

/**
 * A piece of a template.
 *
 * @param type its kind
 * @param text DATA and STRING: the text meant; others as written
 * @param line where it begins, from 1
 */
record Token(TokenType type, String text, int line) {
  boolean is(TokenType wanted, String wantedText) {
    return type == wanted && text.equals(wantedText);
  }
}
