package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import dev.pbq.core.json.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Tab-separated lines as GLUE ships them: a header that names the columns, then a row per line,
 * without quoting.
 */
record LabeledTsvReader() implements LabeledReader {
  private static final String TAB = "\t";

  @Override
  public void read(Path file, Visitor each) {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String header = lines.readLine();
      List<String> names =
          header == null ? List.of() : List.of(JsonText.withoutMark(header).split(TAB, -1));
      int text = column(file, names, TEXTS);
      int label = column(file, names, List.of(LABEL));
      int number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String place = file + " line " + number;
        if (!line.isBlank() && !each.visit(row(line.split(TAB, -1), names, text, label, place))) {
          return;
        }
      }
    } catch (IOException e) {
      throw DocumentReader.unreadable(file, e);
    }
  }

  private static int column(Path file, List<String> names, List<String> wanted) {
    for (String name : wanted) {
      if (names.contains(name)) {
        return names.indexOf(name);
      }
    }
    throw PbqException.badData(
        "%s line 1: no column \"%s\" in the header; it has %s"
            .formatted(file, String.join("\" or \"", wanted), names));
  }

  private static LabeledText row(
      String[] fields, List<String> names, int text, int label, String place) {
    for (int column : new int[] {text, label}) {
      if (column >= fields.length) {
        throw PbqException.badData(
            "%s: no field \"%s\": there are %d fields where the header has %d"
                .formatted(place, names.get(column), fields.length, names.size()));
      }
    }
    String value = fields[label].strip();
    if (value.isEmpty()) {
      throw PbqException.badData("%s: field \"%s\" is empty".formatted(place, LABEL));
    }
    return new LabeledText(fields[text].strip(), value, place);
  }
}
