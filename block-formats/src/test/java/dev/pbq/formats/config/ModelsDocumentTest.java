package dev.pbq.formats.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.model.Architectures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of families in docs/models.md against the program. */
class ModelsDocumentTest {
  @Test
  void theTableNamesEveryFamilyAndSaysWhichHaveNumberFormats() throws IOException {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("../docs/models.md"))) {
      if (line.startsWith("| `")) {
        List<String> cells = List.of(line.split("\\s*\\|\\s*", -1));
        rows.put(cells.get(1).replace("`", ""), cells);
      }
    }
    assertThat(List.copyOf(rows.keySet())).isEqualTo(Architectures.supported());
    rows.forEach(
        (type, cells) ->
            assertThat(cells.get(2))
                .as(type)
                .isEqualTo(
                    type.equals("llava")
                        ? "as its text part"
                        : Architecture.of(type).isPresent() ? "yes" : "no"));
  }
}
