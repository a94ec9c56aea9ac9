package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParquetTextReaderTest {
  private static final DocumentReader READER = new ParquetTextReader(List.of("text"));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = CompressionCodecName.class,
      names = {"UNCOMPRESSED", "SNAPPY", "ZSTD", "LZ4_RAW"})
  void readsEveryRowOfManyRowGroups(CompressionCodecName codec) throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      rows.add(i % 3 == 0 ? "" : " row \u00e9 \ud83d\ude00 " + i + "\n");
    }
    Path file = folder.resolve("rows.parquet");
    ParquetFiles.write(file, "text", true, codec, rows);
    assertThat(read(file)).isEqualTo(rows);
  }

  @Test
  void stopsWhenToldTo() throws IOException {
    Path file = folder.resolve("rows.parquet");
    ParquetFiles.write(file, "text", List.of("a", "b", "c"));
    List<String> seen = new ArrayList<>();
    READER.read(
        file,
        row -> {
          seen.add(row);
          return seen.size() < 2;
        });
    assertThat(seen).containsExactly("a", "b");
  }

  @Test
  void aNullTextIsAnError() throws IOException {
    Path file = folder.resolve("rows.parquet");
    ParquetFiles.write(file, "text", List.of("a", "null"));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(PbqException.class)
        .hasMessage(file + " row 2: column \"text\" is null");
  }

  @Test
  void aColumnOfBytesIsAnError() throws IOException {
    Path file = folder.resolve("rows.parquet");
    ParquetFiles.write(file, "text", false, CompressionCodecName.SNAPPY, List.of("a"));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining(file + ": ")
        .hasMessageContaining("column \"text\" is not a string");
  }

  @Test
  void theLibraryPrintsNothing() throws IOException {
    Path file = folder.resolve("rows.parquet");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    PrintStream err = System.err;
    try (PrintStream capture = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(capture);
      System.setErr(capture);
      ParquetFiles.write(file, "text", List.of("a"));
      assertThat(read(file)).containsExactly("a");
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private static List<String> read(Path file) {
    List<String> rows = new ArrayList<>();
    READER.read(file, rows::add);
    return rows;
  }
}
