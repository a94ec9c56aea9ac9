package dev.pbq.core.data;

import blue.strategic.parquet.ParquetWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/** Writes small Parquet files with a number column and a nullable text column. */
final class ParquetFiles {
  private ParquetFiles() {}

  /** Compressed by snappy, parquet-floor's habit and the hub's. A null row stays null. */
  static void write(Path file, String column, List<String> rows) throws IOException {
    Files.createDirectories(file.getParent());
    try (ParquetWriter<String> writer =
        ParquetWriter.writeFile(
            schema(column, true),
            file.toFile(),
            (row, values) -> {
              values.write("number", 1L);
              if (!row.equals("null")) {
                values.write(column, row);
              }
            })) {
      for (String row : rows) {
        writer.write(row);
      }
    }
  }

  /** Compressed as asked. */
  static void write(
      Path file, String column, boolean string, CompressionCodecName codec, List<String> rows)
      throws IOException {
    try (org.apache.parquet.hadoop.ParquetWriter<String> writer =
        new Builder(file, schema(column, string))
            .withConf(new Configuration())
            .withCompressionCodec(codec)
            .withRowGroupSize(1L << 16)
            .build()) {
      for (String row : rows) {
        writer.write(row);
      }
    }
  }

  private static MessageType schema(String column, boolean string) {
    var text = Types.optional(PrimitiveTypeName.BINARY);
    return new MessageType(
        "schema",
        Types.optional(PrimitiveTypeName.INT64).named("number"),
        string ? text.as(LogicalTypeAnnotation.stringType()).named(column) : text.named(column));
  }

  private static final class Builder
      extends org.apache.parquet.hadoop.ParquetWriter.Builder<String, Builder> {
    private final MessageType schema;

    Builder(Path file, MessageType schema) {
      super(new LocalOutputFile(file));
      this.schema = schema;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract, so it has to be there
    protected WriteSupport<String> getWriteSupport(Configuration conf) {
      return new TextSupport(schema);
    }
  }

  private static final class TextSupport extends WriteSupport<String> {
    private final MessageType schema;
    private RecordConsumer out;

    TextSupport(MessageType schema) {
      this.schema = schema;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract, so it has to be there
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      out = recordConsumer;
    }

    @Override
    public void write(String row) {
      String column = schema.getFieldName(1);
      out.startMessage();
      out.startField(column, 1);
      out.addBinary(Binary.fromString(row));
      out.endField(column, 1);
      out.endMessage();
    }
  }
}
