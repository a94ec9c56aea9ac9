package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import dev.pbq.core.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Plain text files as Python reads them: UTF-8, with any line end as a line feed. */
public final class TextFiles {
  private TextFiles() {}

  /**
   * A file's text, without a byte order mark in front.
   *
   * @throws PbqException NOT_FOUND if there is no such file; BAD_DATA if it is not UTF-8 or too
   *     long
   */
  public static String read(Path file) {
    try {
      if (Files.size(file) > JoinedText.MAX_CHARS) {
        throw PbqException.badData(
            "%s: %d bytes are too many for one text".formatted(file, Files.size(file)));
      }
      String text = JsonText.withoutMark(Files.readString(file));
      return text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
    } catch (NoSuchFileException e) {
      throw new PbqException(PbqException.Kind.NOT_FOUND, "there is no file " + file, e);
    } catch (IOException e) {
      throw DocumentReader.unreadable(file, e);
    }
  }
}
