package dev.pbq.core.data;

/** Makes texts encodable as UTF-8. */
final class WellFormed {
  private WellFormed() {}

  /**
   * The text with each lone surrogate replaced by U+FFFD. Broken JSON escapes bring them in, and
   * the native tokenizers have no defined answer to them.
   */
  static String of(String text) {
    StringBuilder mended = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (mended == null) {
        mended = new StringBuilder(text);
      }
      mended.setCharAt(i, '\uFFFD');
    }
    return mended == null ? text : mended.toString();
  }
}
