package dev.pbq.core.data;

import dev.pbq.core.PbqException;

/** A builder that joins documents to one text. */
final class JoinedText {
  /** Java arrays end at 2^31; a text this long is a mistake long before. */
  static final int MAX_CHARS = 1 << 30;

  private final String source;
  private final String separator;
  private final StringBuilder text = new StringBuilder();
  private int documents;

  JoinedText(String source, String separator) {
    this.source = source;
    this.separator = separator;
  }

  /**
   * @throws PbqException BAD_DATA if the text grows beyond {@link #MAX_CHARS}
   */
  void add(String document) {
    if ((long) text.length() + separator.length() + document.length() > MAX_CHARS) {
      throw PbqException.badData(
          "%s: its documents joined are more than %d characters; give a smaller file"
              .formatted(source, MAX_CHARS));
    }
    if (documents > 0) {
      text.append(separator);
    }
    text.append(document);
    documents++;
  }

  int documents() {
    return documents;
  }

  /**
   * @throws PbqException BAD_DATA if there is nothing but white space
   */
  String text() {
    String all = text.toString();
    if (all.isBlank()) {
      throw PbqException.badData(source + ": there is no text in it");
    }
    return all;
  }
}
