package dev.pbq.core.data;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;

/**
 * The text column of a Parquet file, as Hugging Face stores data sets.
 *
 * @param columns names under which the text is looked for; the first one present is taken
 */
record ParquetTextReader(List<String> columns) implements DocumentReader {
  private static final Set<CompressionCodecName> CODECS =
      Set.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.ZSTD,
          CompressionCodecName.LZ4_RAW);

  ParquetTextReader {
    columns = List.copyOf(columns);
  }

  @Override
  public void read(Path file, Visitor each) {
    try {
      String column = column(file, metadata(file));
      try (Stream<String[]> rows =
          ParquetReader.streamContent(file.toFile(), new ColumnHydrator(column))) {
        int number = 0;
        for (Iterator<String[]> it = rows.iterator(); it.hasNext(); ) {
          String text = it.next()[0];
          number++;
          if (text == null) {
            throw PbqException.badData(
                "%s row %d: column \"%s\" is null".formatted(file, number, column));
          }
          if (!each.visit(text)) {
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

  /**
   * What the file's footer says.
   *
   * @throws PbqException BAD_DATA if it is no Parquet file, or compressed in a way that is not
   *     supported
   */
  static ParquetMetadata metadata(Path file) throws IOException {
    byte[] magic = "PAR1".getBytes(StandardCharsets.US_ASCII);
    try (InputStream in = Files.newInputStream(file)) {
      if (!Arrays.equals(in.readNBytes(magic.length), magic)) {
        throw PbqException.badData(file + ": not a Parquet file");
      }
    }
    ParquetMetadata metadata = ParquetReader.readMetadata(file.toFile());
    requireCodecs(file, metadata);
    ParquetChecks.require(file, metadata);
    return metadata;
  }

  private static void requireCodecs(Path file, ParquetMetadata metadata) {
    for (var block : metadata.getBlocks()) {
      for (ColumnChunkMetaData chunk : block.getColumns()) {
        if (!CODECS.contains(chunk.getCodec())) {
          throw PbqException.badData(
              "%s: column \"%s\" is compressed by %s; supported are snappy, zstd, lz4_raw and none"
                  .formatted(file, chunk.getPath().toDotString(), chunk.getCodec()));
        }
      }
    }
  }

  private String column(Path file, ParquetMetadata metadata) {
    return column(file, metadata.getFileMetaData().getSchema(), columns);
  }

  /** The first of some columns that the file has; it must hold strings. */
  static String column(Path file, MessageType schema, List<String> columns) {
    for (String name : columns) {
      if (schema.containsField(name)) {
        // Bytes without this annotation would come out as a rendering of bytes, not as text.
        if (!(schema.getType(name).getLogicalTypeAnnotation()
            instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation)) {
          throw PbqException.badData(
              "%s: column \"%s\" is not a string but %s"
                  .formatted(file, name, schema.getType(name)));
        }
        return name;
      }
    }
    throw PbqException.badData(
        "%s: no column \"%s\"; it has %s"
            .formatted(
                file,
                String.join("\" or \"", columns),
                schema.getFields().stream().map(f -> f.getName()).toList()));
  }

  /** Keeps one column of each row, in an array of one element: null where the row has none. */
  private record ColumnHydrator(String column) implements Hydrator<String[], String[], String[]> {
    @Override
    public String[] start() {
      return new String[1];
    }

    @Override
    public String[] add(String[] row, String[] path, Object value) {
      if (path.length == 1 && path[0].equals(column) && value != null) {
        row[0] = (String) value;
      }
      return row;
    }

    @Override
    public String[] finish(String[] row) {
      return row;
    }
  }
}
