package dev.pbq.core.data;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;
import org.apache.parquet.schema.MessageType;

/** The text and label columns of a Parquet file, as Hugging Face stores data sets. */
record LabeledParquetReader() implements LabeledReader {
  @Override
  public void read(Path file, Visitor each) {
    try {
      MessageType schema = ParquetTextReader.metadata(file).getFileMetaData().getSchema();
      String text = ParquetTextReader.column(file, schema, TEXTS);
      if (!schema.containsField(LABEL)) {
        throw PbqException.badData(
            "%s: no column \"%s\"; it has %s"
                .formatted(
                    file, LABEL, schema.getFields().stream().map(f -> f.getName()).toList()));
      }
      try (Stream<Object[]> rows =
          ParquetReader.streamContent(file.toFile(), new RowHydrator(text))) {
        int number = 0;
        for (Iterator<Object[]> it = rows.iterator(); it.hasNext(); ) {
          number++;
          if (!each.visit(row(it.next(), text, file + " row " + number))) {
            return;
          }
        }
      }
    } catch (PbqException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw PbqException.badData(file + ": not readable as Parquet: " + Messages.of(cause), e);
    }
  }

  private static LabeledText row(Object[] row, String text, String place) {
    for (int i = 0; i < row.length; i++) {
      if (row[i] == null) {
        throw PbqException.badData(
            "%s: column \"%s\" is null".formatted(place, i == 0 ? text : LABEL));
      }
    }
    if (!(row[1] instanceof Integer || row[1] instanceof Long || row[1] instanceof String)) {
      throw PbqException.badData(
          "%s: column \"%s\" is %s, not an integer or a string".formatted(place, LABEL, row[1]));
    }
    return new LabeledText((String) row[0], row[1].toString(), place);
  }

  /** Keeps two columns of each row, text and label; null where the row has none. */
  private record RowHydrator(String text) implements Hydrator<Object[], Object[], String[]> {
    @Override
    public Object[] start() {
      return new Object[2];
    }

    @Override
    public Object[] add(Object[] row, String[] path, Object value) {
      if (path.length == 1 && path[0].equals(text)) {
        row[0] = value;
      } else if (path.length == 1 && path[0].equals(LABEL)) {
        row[1] = value;
      }
      return row;
    }

    @Override
    public Object[] finish(Object[] row) {
      return row;
    }
  }
}
