package dev.pbq.core.data;

/** Text to draw calibration windows from. */
public sealed interface CalibrationText {
  /** The data set's name, or the file's. */
  String name();

  /** The file or files it was read from. */
  String source();

  /** How the text was made of the documents, in words for people and result files. */
  String joined();

  /** How many documents (rows, sentences) went in. */
  int documentCount();

  /** SHA-256 of the text, in hexadecimal. */
  String sha256();

  /**
   * One long text; windows lie anywhere in its tokens.
   *
   * @param sha256 of the UTF-8 text
   */
  record Contiguous(
      String name, String source, String joined, int documentCount, String sha256, String text)
      implements CalibrationText {}

  /**
   * Documents kept apart; a window lies within one of them.
   *
   * @param sha256 of every document's UTF-8 text followed by a line feed
   */
  record PerDocument(
      String name,
      String source,
      String joined,
      int documentCount,
      String sha256,
      Documents documents)
      implements CalibrationText {}

  /** A text that comes from no file. */
  static Contiguous of(String name, String text) {
    return new Contiguous(name, name, "one text", 1, Sha256.of(text), text);
  }
}
