package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;

/** Reads the documents (rows) of a corpus file, in order, one at a time. */
interface DocumentReader {
  /** Is shown one document after the other. */
  interface Visitor {
    /** Takes a document; answers whether there should be another. */
    boolean visit(String document);
  }

  /**
   * Shows every document to {@code each} until it answers false.
   *
   * @throws PbqException BAD_DATA naming the file and the place in it
   */
  void read(Path file, Visitor each);

  /** The error for a file that cannot be read, whatever its format. */
  static PbqException unreadable(Path file, IOException e) {
    String why =
        e instanceof CharacterCodingException
            ? "not UTF-8 text"
            : "not readable: " + Messages.of(e);
    return PbqException.badData(file + ": " + why, e);
  }
}
