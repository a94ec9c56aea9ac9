package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a file, all of them.
 *
 * @param sha256 over every row as JSON followed by a line feed, in hexadecimal: the same for equal
 *     rows in files of different kinds
 */
public record DataRows(Path file, String sha256, List<DataRow> rows) {
  public DataRows {
    rows = List.copyOf(rows);
  }

  /**
   * Reads a file of one JSON object per line, plain or .gz, or a .parquet file.
   *
   * @throws PbqException BAD_DATA naming file and line if one is not a JSON object, or if there is
   *     none
   */
  public static DataRows read(Path file) {
    return read(List.of(file));
  }

  /**
   * As {@link #read(Path)}, the rows of several files one after the other; the first names them.
   */
  public static DataRows read(List<Path> files) {
    Sha256 sha = new Sha256();
    List<DataRow> rows = new ArrayList<>();
    for (Path file : files) {
      List<DataRow> own =
          file.getFileName().toString().endsWith(".parquet") ? parquet(file) : lines(file);
      own.forEach(row -> sha.add(row.fields().toString()).add("\n"));
      rows.addAll(own);
    }
    if (rows.isEmpty()) {
      throw PbqException.badData(files.get(0) + ": there is no row in it");
    }
    return new DataRows(files.get(0), sha.hex(), rows);
  }

  private static List<DataRow> parquet(Path file) {
    List<DataRow> rows = new ArrayList<>();
    ParquetRows.read(file, fields -> rows.add(new DataRow(file, rows.size() + 1, fields)));
    return rows;
  }

  private static List<DataRow> lines(Path file) {
    List<DataRow> rows = new ArrayList<>();
    JsonLinesReader.objects(file, (row, number) -> rows.add(new DataRow(file, number, row)));
    return rows;
  }
}
