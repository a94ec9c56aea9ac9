package dev.pbq.eval.distance;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.parallel.Parallel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The original's log-probabilities, computed once and kept in a file. */
public final class ReferenceCache {
  private ReferenceCache() {}

  /**
   * Whether a file can be used as it is.
   *
   * @param wanted what it must have been made of
   * @return false if there is no such file
   * @throws PbqException USAGE if it was made of something else; BAD_DATA if it is no such file or
   *     not whole
   */
  public static boolean isUsable(Path file, CacheHeader wanted) {
    if (!Files.exists(file)) {
      return false;
    }
    try (LogProbabilityReader reader = LogProbabilityReader.open(file)) {
      wanted.requireSame(reader.header(), file);
      return true;
    }
  }

  /** Bytes that the file of this header has. */
  public static long fileBytes(CacheHeader header) {
    return LogProbabilityFile.fileBytes(header);
  }

  /**
   * Runs the original and writes the file, whole or not at all; a few rows are in memory at a time.
   *
   * @param windows [windows][tokens], as the header says
   * @throws PbqException RESOURCES if the disk is full; NUMERICAL if a logit is NaN
   */
  public static void write(Path file, CacheHeader header, int[][] windows, LogitSource original) {
    AtomicFile.write(
        file,
        out -> {
          LogProbabilityWriter writer = new LogProbabilityWriter(out, header);
          try {
            original.run(
                windows,
                (window, first, rows, logits) ->
                    append(writer, window, first, rows, logits, header.vocabulary()));
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
          writer.finish();
        });
  }

  private static void append(
      LogProbabilityWriter writer,
      int window,
      int first,
      int rows,
      float[] logits,
      int vocabulary) {
    Parallel.forEach(rows, row -> LogSoftmax.inPlace(logits, row * vocabulary, vocabulary));
    for (int row = 0; row < rows; row++) {
      if (Float.isNaN(logits[row * vocabulary])) {
        throw PbqException.numerical(
            "the reference's logits of window "
                + window
                + ", predicted token "
                + (first + row)
                + ", are not finite");
      }
    }
    try {
      writer.write(logits, rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
