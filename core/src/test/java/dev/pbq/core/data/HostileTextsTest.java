package dev.pbq.core.data;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged files of texts: what {@link HostileInputs} promises. */
class HostileTextsTest {
  @TempDir private Path scratch;

  static List<Path> tables() {
    return HostileInputs.folders("labtsv-");
  }

  @ParameterizedTest
  @MethodSource("tables")
  void aTableOfLabeledTexts(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> LabeledReader.of(copy.resolve("a.tsv")).read(copy.resolve("a.tsv"), text -> true));
  }

  static List<Path> columns() {
    return HostileInputs.folders("parquet-");
  }

  @ParameterizedTest
  @MethodSource("columns")
  void aParquetFile(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy ->
            new ParquetTextReader(List.of("text", "sentence"))
                .read(copy.resolve("a.parquet"), text -> true));
  }
}
