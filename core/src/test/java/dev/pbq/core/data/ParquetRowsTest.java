package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetRowsTest {
  /** As the hub stores ARC: a structure of two lists, beside plain columns. */
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message schema {
            optional binary question (STRING);
            optional group choices {
              optional group text (LIST) { repeated group list { optional binary element (STRING); } }
              optional group label (LIST) { repeated group list { optional binary element (STRING); } }
            }
            optional int64 idx;
            optional double weight;
            optional boolean used;
          }
          """);

  @TempDir private Path folder;

  private Path write(String name, int from, int to) throws IOException {
    Path file = folder.resolve(name);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file)).withType(SCHEMA).build()) {
      for (int i = from; i < to; i++) {
        Group row = new SimpleGroupFactory(SCHEMA).newGroup();
        row.append("question", "Why " + i + "?");
        Group choices = row.addGroup("choices");
        Group text = choices.addGroup("text");
        text.addGroup("list").append("element", "A" + i);
        text.addGroup("list").append("element", "B" + i);
        choices.addGroup("label").addGroup("list").append("element", "A");
        row.append("idx", i == 1 ? 1L << 40 : i);
        if (i != 0) {
          row.append("weight", 0.5);
        }
        row.append("used", true);
        writer.write(row);
      }
    }
    return file;
  }

  @Test
  void rowsAreWhatTheyAreAsJsonLines() throws IOException {
    Path lines = folder.resolve("rows.jsonl");
    Files.writeString(
        lines,
        """
        {"question":"Why 0?","choices":{"text":["A0","B0"],"label":["A"]},"idx":0,"weight":null,"used":true}
        {"question":"Why 1?","choices":{"text":["A1","B1"],"label":["A"]},"idx":1099511627776,"weight":0.5,"used":true}
        {"question":"Why 2?","choices":{"text":["A2","B2"],"label":["A"]},"idx":2,"weight":0.5,"used":true}
        """);
    DataRows expected = DataRows.read(lines);
    DataRows whole = DataRows.read(write("rows.parquet", 0, 3));
    assertThat(whole.rows())
        .extracting(DataRow::fields)
        .isEqualTo(expected.rows().stream().map(DataRow::fields).toList());
    assertThat(whole.sha256()).isEqualTo(expected.sha256());
    DataRows shards =
        DataRows.read(List.of(write("part-0.parquet", 0, 2), write("part-1.parquet", 2, 3)));
    assertThat(shards.sha256()).isEqualTo(expected.sha256());
    assertThat(shards.rows().get(2).number()).isEqualTo(1);
    assertThat(whole.rows().get(1).nested("choices").texts("text")).containsExactly("A1", "B1");
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    Path file = folder.resolve("x.parquet");
    Files.writeString(file, "no parquet");
    assertThatThrownBy(() -> DataRows.read(file))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("x.parquet: not a Parquet file");
    Path whole = write("y.parquet", 0, 3);
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, java.util.Arrays.copyOf(bytes, bytes.length - 20));
    assertThatThrownBy(() -> DataRows.read(whole))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("y.parquet");
  }
}
