package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Reads labelled texts from a file, in order, one at a time. */
interface LabeledReader {
  /** Names of the field that holds the text; the first one present is taken. */
  List<String> TEXTS = List.of("sentence", "text");

  /** Name of the field that holds the label. */
  String LABEL = "label";

  /** Is shown one row after the other. */
  interface Visitor {
    /** Takes a row; answers whether there should be another. */
    boolean visit(LabeledText row);
  }

  /**
   * Shows every row to {@code each} until it answers false.
   *
   * @throws PbqException BAD_DATA naming the file, the line and the field that is missing or wrong
   */
  void read(Path file, Visitor each);

  /** What reads a file, by its name. */
  static LabeledReader of(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.matches(".*\\.(tsv|txt)")) {
      return new LabeledTsvReader();
    }
    if (name.matches(".*\\.jsonl?(\\.gz)?")) {
      return new LabeledJsonReader();
    }
    if (name.endsWith(".parquet")) {
      return new LabeledParquetReader();
    }
    throw PbqException.badData(
        file
            + ": unknown kind of file; known are .tsv, .jsonl, .json, .jsonl.gz, .json.gz,"
            + " .parquet");
  }

  /** The names of the text's field, for messages. */
  static String textNames() {
    return "\"" + String.join("\" or \"", TEXTS) + "\"";
  }
}
