package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.export.gguf.family.FileArchitectures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs say of architectures against the program. */
class GgufDocumentsTest {
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  /** Larger models, whose text part is written. */
  private static final List<String> OUTER = List.of("gemma3", "llava", "qwen3_5");

  @Test
  void theTableOfFamiliesSaysWhichAreWritten() throws IOException {
    int rows = 0;
    for (String line : Files.readAllLines(Path.of("../docs/models.md"))) {
      if (line.startsWith("| `")) {
        List<String> cells = List.of(line.split("\\s*\\|\\s*", -1));
        String type = cells.get(1).replace("`", "");
        boolean written = FileArchitectures.forModel(type).isPresent() || OUTER.contains(type);
        assertThat(cells.get(4)).as(type).isEqualTo(written ? "yes" : "no");
        rows++;
      }
    }
    assertThat(rows).isGreaterThan(30);
  }

  @Test
  void theTableOfArchitecturesNamesAll() throws IOException {
    NavigableSet<String> names = new TreeSet<>();
    List<String> types = new ArrayList<>();
    boolean table = false;
    for (String line : Files.readAllLines(Path.of("../docs/export.md"))) {
      table = line.startsWith("| `general.architecture`") || (table && line.startsWith("|"));
      if (table && line.startsWith("| `") && !line.contains("general.architecture")) {
        List<String> cells = List.of(line.split("\\s*\\|\\s*", -1));
        NAME.matcher(cells.get(1)).results().map(m -> m.group(1)).forEach(names::add);
        NAME.matcher(cells.get(2)).results().map(MatchResult::group).forEach(types::add);
      }
    }
    assertThat(names).isEqualTo(FileArchitectures.names());
    assertThat(types).contains("`mixtral`", "`gpt_neox`");
  }
}
