package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import blue.strategic.parquet.ParquetWriter;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabeledCorporaTest {
  private static final List<String> ROWS = List.of("a good film=1", "bad=0", "\"so so\"=1");

  @TempDir Path folder;

  private LabeledSet read(String nameOrFile, Map<String, String> environment) {
    return new LabeledCorpora(Optional.of(folder), environment, DatasetFetcher.NONE)
        .read(nameOrFile, OptionalInt.empty());
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static void isRows(LabeledSet set) {
    assertThat(set.texts().stream().map(t -> t.text() + "=" + t.label()))
        .containsExactlyElementsOf(ROWS);
  }

  private static void parquet(Path file, boolean nullLabel) throws IOException {
    Files.createDirectories(file.getParent());
    MessageType schema =
        new MessageType(
            "schema",
            Types.optional(PrimitiveTypeName.INT32).named("idx"),
            Types.optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named("sentence"),
            Types.optional(PrimitiveTypeName.INT64).named("label"));
    try (ParquetWriter<String> writer =
        ParquetWriter.writeFile(
            schema,
            file.toFile(),
            (row, values) -> {
              values.write("idx", 7);
              values.write("sentence", row.substring(0, row.indexOf('=')));
              if (!nullLabel) {
                values.write("label", Long.parseLong(row.substring(row.indexOf('=') + 1)));
              }
            })) {
      for (String row : ROWS) {
        writer.write(row);
      }
    }
  }

  @Test
  void glueTsv() throws IOException {
    Path file = write("dev.tsv", "sentence\tlabel\na good film \t1\nbad\t0\n\n\"so so\"\t1\n");
    LabeledSet set = read(file.toString(), Map.of());
    isRows(set);
    assertThat(set.name()).isEqualTo("dev.tsv");
    assertThat(set.texts().get(2).place()).isEqualTo(file + " line 5");
    write("x.tsv", "idx\tlabel\ttext\n7\tpositive\ta b\n");
    assertThat(read(folder.resolve("x.tsv").toString(), Map.of()).texts().get(0))
        .isEqualTo(new LabeledText("a b", "positive", folder.resolve("x.tsv") + " line 2"));
  }

  @Test
  void jsonLinesPlainAndCompressed() throws IOException {
    String lines =
        """
        {"text": "a good film", "label": 1}
        {"sentence": "bad", "label": 0, "text": "not this"}

        {"sentence": "\\"so so\\"", "label": "1"}
        """;
    isRows(read(write("a.jsonl", lines).toString(), Map.of()));
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("a.jsonl.gz")))) {
      out.write(lines.getBytes(StandardCharsets.UTF_8));
    }
    isRows(read(folder.resolve("a.jsonl.gz").toString(), Map.of()));
  }

  @Test
  void parquetByFileByNameAndFromTheHubCache() throws IOException {
    Path file = folder.resolve("sst2/validation-00000-of-00001.parquet");
    parquet(file, false);
    isRows(read(file.toString(), Map.of()));
    LabeledSet byName = read("sst2", Map.of());
    isRows(byName);
    assertThat(byName.name()).isEqualTo("sst2");

    Path hub = folder.resolve("hub");
    parquet(hub.resolve("datasets--nyu-mll--glue/snapshots/abc/sst2/validation-0.parquet"), false);
    Files.delete(file);
    LabeledSet cached = read("sst2", Map.of("HF_HUB_CACHE", hub.toString()));
    isRows(cached);
    assertThat(cached.sha256()).isEqualTo(byName.sha256());
  }

  @Test
  void glueFolderByName() throws IOException {
    write("SST-2/dev.tsv", "sentence\tlabel\nbad\t0\n");
    assertThat(read("sst2", Map.of()).texts()).hasSize(1);
  }

  @Test
  void theLimitStopsReading() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"x\", \"label\": 1}\nnot read\n");
    LabeledSet set =
        new LabeledCorpora(Optional.empty(), Map.of(), DatasetFetcher.NONE)
            .read(file.toString(), OptionalInt.of(1));
    assertThat(set.texts()).hasSize(1);
  }

  @Test
  void rowsThatLackAFieldAreNamed() throws IOException {
    refused(write("a.tsv", "sentence\tlabel\nx\t1\nno label\n"), " line 3: no field \"label\"");
    refused(write("b.tsv", "sentence\tlabel\nx\t \n"), " line 2: field \"label\" is empty");
    refused(write("c.tsv", "x\ty\n1\t2\n"), " line 1: no column \"sentence\" or \"text\"");
    refused(write("d.tsv", "sentence\ty\n1\t2\n"), " line 1: no column \"label\"");
    refused(write("e.tsv", ""), " line 1: no column");
    refused(write("f.tsv", "sentence\tlabel\n"), ": no labelled texts in it");
    refused(write("a.jsonl", "{\"text\": \"x\"}"), " line 1: no field \"label\"");
    refused(write("b.jsonl", "\n{\"label\": 1}"), " line 2: no field \"sentence\" or \"text\"");
    refused(
        write("c.jsonl", "{\"text\": \"x\", \"label\": 0.5}"),
        " line 1: field \"label\" is number, not an integer or a string");
    refused(
        write("d.jsonl", "{\"text\": 3, \"label\": 1}"),
        " line 1: field \"text\" is number, not a string");
    refused(write("e.jsonl", "[1]"), " line 1: not a JSON object");
    refused(write("f.jsonl", "{"), " line 1: no JSON object");
    refused(write("g.csv", "a"), ": unknown kind of file");
    Path nulls = folder.resolve("nulls.parquet");
    parquet(nulls, true);
    refused(nulls, " row 1: column \"label\" is null");
    Path other = folder.resolve("other.parquet");
    ParquetFiles.write(other, "text", List.of("a"));
    refused(other, ": no column \"label\"; it has [number, text]");
  }

  private void refused(Path file, String message) {
    assertThatThrownBy(() -> read(file.toString(), Map.of()))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageStartingWith(file + message);
  }

  @Test
  void dataThatIsNotThere() {
    for (String name : List.of("sst2", "nothing.tsv")) {
      assertThatThrownBy(() -> read(name, Map.of("HF_HUB_CACHE", folder.toString())))
          .isInstanceOfSatisfying(
              PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NOT_FOUND))
          .hasMessageContaining(name);
    }
    assertThatThrownBy(() -> read(folder.toString(), Map.of()))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE));
  }
}
