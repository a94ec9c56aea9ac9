package dev.pbq.core.data;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of texts made at random: what {@link HostileInputs} promises. */
class TextsFuzzTest {
  @TempDir private Path scratch;
  @TempDir private Path made;

  @Test
  void parquet() throws Exception {
    ParquetFiles.write(
        made.resolve("a.parquet"), "text", List.of("one", "", "two two two", "three"));
    Fuzz.run(
        "parquet",
        scratch,
        Fuzz.oneOf(Fuzz.files(made), Map.of("a.parquet", Mutations::bytes)),
        folder ->
            new ParquetTextReader(List.of("text", "sentence"))
                .read(folder.resolve("a.parquet"), text -> true));
  }

  @Test
  void labeledTable() throws Exception {
    byte[] table = "sentence\tlabel\ngood one\t1\nbad\t0\n".getBytes(StandardCharsets.UTF_8);
    Fuzz.run(
        "labeled-table",
        scratch,
        Fuzz.oneOf(Map.of("a.tsv", table), Map.of("a.tsv", Mutations::text)),
        folder -> {
          Path file = folder.resolve("a.tsv");
          LabeledReader.of(file).read(file, text -> true);
        });
  }
}
