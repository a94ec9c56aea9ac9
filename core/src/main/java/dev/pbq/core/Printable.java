package dev.pbq.core;

/** Text from files and servers made fit for a terminal. */
public final class Printable {
  private Printable() {}

  /**
   * The text with a question mark for every character that could change what a terminal shows:
   * control characters other than line break and tab, marks that turn the direction of writing, and
   * halves of surrogate pairs. A carriage return before a line break is dropped.
   */
  public static String of(String text) {
    if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length());
    text.replace("\r\n", "\n")
        .codePoints()
        .forEach(c -> shown.appendCodePoint(isHarmless(c) ? c : '?'));
    return shown.toString();
  }

  private static boolean isHarmless(int c) {
    if (c == '\n' || c == '\t') {
      return true;
    }
    boolean line = c == 0x2028 || c == 0x2029;
    boolean direction =
        (c >= 0x200e && c <= 0x200f)
            || (c >= 0x202a && c <= 0x202e)
            || (c >= 0x2066 && c <= 0x2069);
    boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return !Character.isISOControl(c) && !line && !direction && !half;
  }
}
